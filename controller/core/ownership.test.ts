import { describe, expect, it } from 'vitest'
import type { ObservedApp } from './observed.ts'
import { isCopy, type OwnWork, withoutCopiedMarker } from './ownership.ts'

const own: OwnWork = { marker: 'ours', me: 'App-Id-1', participants: ['ada@example.com'], policy: 'IfOwned' }
const app = (creator: string, description = 'ours') => ({ creator, description }) as ObservedApp

describe('an app with our marker', () => {
  it.for([
    ['us', 'app-id-1', own, false],
    ['another operator', 'op@example.com', own, false],
    ['a platform that does not say', '', own, false],
    ['a participant', 'Ada@Example.com', own, true],
    ['the app of a participant', '6f0d0c5e-1111-4222-8333-444455556666', own, true],
    ['a participant, where the spec forces', 'ada@example.com', { ...own, policy: 'Force' }, false],
    ['us, who also take part', 'ada@example.com', { ...own, me: 'ada@example.com' }, false],
  ] as const)('made by %s', ([, creator, rule, copy]) => {
    expect(isCopy(withoutCopiedMarker(app(creator), rule))).toBe(copy)
  })

  it('is told from apps that never carried it', () => {
    expect(withoutCopiedMarker(app('ada@example.com', 'my dashboard'), own)).toEqual(
      app('ada@example.com', 'my dashboard'),
    )
  })
})
