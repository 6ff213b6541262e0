import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { personKey, place } from './placement.ts'

const workers = (n: number) => Array.from({ length: n }, (_, i) => `vibe-worker-${i + 1}`)
const people = (n: number) => Array.from({ length: n }, (_, i) => `person${i}@example.com`)

describe('placing people', () => {
  it('gives the same answer whatever the order and case of the roster', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(people(60), { minLength: 60 }),
        fc.shuffledSubarray(workers(7), { minLength: 7 }),
        (roster, fleet) => {
          const straight = place({ people: people(60), workers: workers(7), peoplePerWorker: 10 })
          const shuffled = place({ people: roster.map((p) => p.toUpperCase()), workers: fleet, peoplePerWorker: 10 })
          expect(Object.fromEntries(shuffled)).toEqual(Object.fromEntries(straight))
        },
      ),
    )
  })

  it('never puts more people on a worker than it may hold, and seats everybody while there are seats', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (n, w, cap) => {
          const seats = place({ people: people(n), workers: workers(w), peoplePerWorker: cap })
          const load = new Map<string, number>()
          for (const worker of seats.values()) load.set(worker, (load.get(worker) ?? 0) + 1)
          expect(Math.max(...load.values())).toBeLessThanOrEqual(cap)
          expect(seats.size).toBe(Math.min(n, w * cap))
        },
      ),
    )
  })

  it.for([
    [10, 11],
    [11, 10],
    [2, 3],
    [30, 31],
  ] as const)('moves about 1/N of the people when %i workers become %i', ([before, after]) => {
    const roster = people(1000)
    const a = place({ people: roster, workers: workers(before), peoplePerWorker: 1000 })
    const b = place({ people: roster, workers: workers(after), peoplePerWorker: 1000 })
    const moved = roster.filter((person) => a.get(person) !== b.get(person)).length
    expect(moved / 1000).toBeLessThan(1.5 / Math.min(before, after))
    expect(moved).toBeGreaterThan(0)
  })

  it.for([
    [1000, 10],
    [100, 10],
    [4, 2],
    [30, 4],
  ] as const)('spreads %i people over %i workers within a quarter above the even share', ([n, w]) => {
    const load = new Map<string, number>()
    for (const worker of place({ people: people(n), workers: workers(w), peoplePerWorker: n }).values())
      load.set(worker, (load.get(worker) ?? 0) + 1)
    expect(Math.max(...load.values())).toBeLessThanOrEqual(Math.ceil((1.25 * n) / w))
  })

  it('takes an address without case and surrounding space as one person', () => {
    expect(personKey(' Ada@Example.COM ')).toBe('ada@example.com')
  })
})
