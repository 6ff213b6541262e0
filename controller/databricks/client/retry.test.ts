import { describe, expect, it } from 'vitest'
import { afterFailure, retryAfterMs } from './retry.ts'

const attempt = { number: 0, status: 429, idempotent: true, retryAfter: null }

describe('deciding after a failed call', () => {
  it.for([
    ['waits as long as the platform asks', { ...attempt, retryAfter: '7' }, { waitMs: 7_125 }],
    ['doubles without a wish of the platform', { ...attempt, number: 3 }, { waitMs: 4_000 }],
    ['stops doubling at 32 s', { ...attempt, number: 12 }, { waitMs: 16_000 }],
    ['repeats a refused create, which did nothing', { ...attempt, idempotent: false }, { waitMs: 500 }],
    ['never repeats a create with a lost answer', { ...attempt, status: 0, idempotent: false }, 'unknown-result'],
    ['never repeats a create after a server error', { ...attempt, status: 503, idempotent: false }, 'unknown-result'],
    ['repeats a read after a network error', { ...attempt, status: 0 }, { waitMs: 500 }],
    ['gives up on a bad request', { ...attempt, status: 400 }, 'give-up'],
  ] as const)('%s', ([, failed, verdict]) => {
    expect(afterFailure(failed, 0, 0.5)).toEqual(verdict)
  })
  it('reads a date, and never waits longer than two minutes', () => {
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000)
    expect(retryAfterMs('86400', 0)).toBe(120_000)
    expect(retryAfterMs('soon', 0)).toBeUndefined()
  })
})
