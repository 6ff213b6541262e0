import { describe, expect, it } from 'vitest'
import { driftMs, joinLook, steadyPace } from './requeue.ts'

describe('the drift interval', () => {
  it.for([
    ['is the wanted one while the rotation comes round in it', 4, 300_000],
    ['is shorter for a large fleet', 13, 115_714],
  ] as const)('%s', ([, looks, ms]) => {
    expect(Math.round(driftMs(looks, steadyPace))).toBe(ms)
  })

  it('leaves a full cycle inside its limit, also when every look comes as late as it may', () => {
    for (const looks of [1, 3, 7, 13, 40]) {
      expect(1.1 * driftMs(looks, steadyPace) * (looks + 1)).toBeLessThanOrEqual(steadyPace.fullCycleMs)
    }
  })
})

describe('looking together', () => {
  it.for([
    ['a neighbour in the second half of the wait is joined', 30_000, [20_000], 20_000],
    ['one that comes shortly after is waited for', 30_000, [36_000], 36_000],
    ['the later of two is joined', 30_000, [20_000, 31_000], 31_000],
    ['one that comes soon is left alone', 30_000, [10_000], 30_000],
    ['one that comes much later is left alone', 1_000, [30_000], 1_000],
    ['nobody is there', 30_000, [], 30_000],
  ] as const)('%s', ([, wait, neighbours, joined]) => {
    expect(
      joinLook(
        wait,
        neighbours.map((at) => at + 7),
        7,
      ),
    ).toBe(joined)
  })
})
