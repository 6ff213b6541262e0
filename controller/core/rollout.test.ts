import { describe, expect, it } from 'vitest'
import { type RolloutWorker, rolloutTurns } from './rollout.ts'

const rules = { maxUnavailable: 1, maxFailures: 1, partition: 0 }
const worker = (ordinal: number, change: Partial<RolloutWorker> = {}): RolloutWorker => ({
  name: `w${ordinal}`,
  ordinal,
  established: true,
  behind: true,
  busy: false,
  failed: false,
  ...change,
})
const going = (workers: readonly RolloutWorker[], change: Partial<typeof rules> = {}) =>
  [...rolloutTurns(workers, { ...rules, ...change })].filter(([, turn]) => turn === 'go').map(([name]) => name)

describe('taking turns', () => {
  it('starts with the highest ordinal', () => expect(going([worker(1), worker(2), worker(3)])).toEqual(['w3']))
  it('takes as many as may be unavailable', () =>
    expect(going([worker(1), worker(2), worker(3)], { maxUnavailable: 2 })).toEqual(['w3', 'w2']))
  it('goes on with a busy one and starts no other', () =>
    expect(going([worker(1), worker(2, { busy: true }), worker(3)])).toEqual(['w2']))
  it('creates and mends all that serve nobody at once', () => {
    const broken = { established: false }
    expect(going([worker(1, broken), worker(2, broken), worker(3)])).toEqual(['w3', 'w2', 'w1'])
  })
  it('stops after too many failures and says who failed', () => {
    const workers = [worker(1), worker(2), worker(3, { failed: true, established: false })]
    expect(going(workers)).toEqual(['w3'])
    expect(rolloutTurns(workers, rules).get('w2')).toEqual({ wait: 'held: w3 failed, maxFailures is 1' })
  })
  it('keeps workers up to the partition', () =>
    expect(going([worker(1), worker(2), worker(3)], { partition: 2, maxUnavailable: 3 })).toEqual(['w3']))
})
