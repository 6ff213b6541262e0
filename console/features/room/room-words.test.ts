import { describe, expect, it } from 'vitest'
import { closingOf, fieldOf } from './room-words.ts'

const at = '2026-11-21T16:30:00.000Z'
const before = (minutes: number) => Date.parse(at) - minutes * 60_000

describe('the closing time of a room', () => {
  it.for([
    ['is a quiet fact while far away', 90, 'open', /^Open until \d\d:30$/],
    ['says the day when it is not today', 3_000, 'open', /on 2026-11-21$/],
    ['is announced in the last half hour', 30, 'soon', /in 30 min/],
    ['has passed at its minute', 0, 'closed', /new ones cannot be opened/],
  ] as const)('%s', ([, minutes, phase, words]) => {
    const closing = closingOf(at, before(minutes))
    expect(closing).toMatchObject({ phase })
    expect(closing?.text).toMatch(words)
  })

  it('is none without one', () => {
    expect(closingOf(undefined, 0)).toBeUndefined()
  })

  it('goes through a form field and back', () => {
    expect(new Date(fieldOf(at)).toISOString()).toBe(at)
    expect(fieldOf(undefined)).toBe('')
  })
})
