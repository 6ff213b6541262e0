import type { Action } from '@workshop/contracts/plan'
import { describe, expect, it } from 'vitest'
import { leavingTrouble, nextLeavingLook, teardownDeadlineMs } from './leaving.ts'
import { steadyPace } from './requeue.ts'

const action = (name: string, pending?: string): Action => ({
  key: name,
  kind: 'App',
  name,
  app: name,
  action: 'delete',
  reason: 'NotWanted',
  message: 'the workshop is deleted',
  changes: [],
  after: [],
  ...(pending ? { pending } : {}),
})
const leaving = (forMs: number, ...actions: readonly Action[]) => ({
  plan: { workshop: 'a/b', actions, blockers: [], inSync: {} },
  results: [],
  forMs,
})

describe('a teardown that takes long', () => {
  const slow = action('vibe-hub', 'the platform is deleting it')

  it.for([
    ['at first', 20_000, '1 thing is left to delete; vibe-hub: the platform is deleting it'],
    ['after a while', 12.7 * 60_000, '1 thing is left to delete after 12 m; vibe-hub: the platform is deleting it'],
  ] as const)('counts and tells its age: %s', ([, forMs, message]) => {
    expect(leavingTrouble(leaving(forMs, slow))).toEqual({ reason: 'Deleting', message, stalled: false, leaving: true })
  })

  it('says the same for a whole minute, however often it was tried', () => {
    const tried = (times: number) => action('vibe-hub', `tried ${times} times, again in ${times}s`)
    const [one, two] = [leavingTrouble(leaving(61_000, tried(2))), leavingTrouble(leaving(119_000, tried(7)))]
    expect(one).toEqual(two)
  })

  it('wants a person after its deadline, and says what that one can do', () => {
    const trouble = leavingTrouble(leaving(teardownDeadlineMs, slow, action('vibe-worker-1')))
    expect(trouble).toMatchObject({ reason: 'DeletionBlocked', stalled: true })
    expect(trouble.message).toMatch(/^2 things are left to delete after 30 m; .*orphan=true/)
  })

  it('looks ever more slowly, and never slower than every half minute', () => {
    const waits = [0, 60_000, 300_000, 3_600_000].map((forMs) => nextLeavingLook(leaving(forMs, slow), steadyPace))
    expect(waits).toEqual([1_000, 3_000, 15_000, 30_000])
  })
})
