import { describe, expect, it } from 'vitest'
import { Sight } from './sight.ts'

/** Reads every unit once and answers the names of those that were read anew. */
async function look(sight: Sight, costs: Readonly<Record<string, number>>, now: number): Promise<readonly string[]> {
  const loaded: string[] = []
  for (const [key, cost] of Object.entries(costs)) {
    await sight.read({ key, cost, load: async () => loaded.push(key) }, now)
  }
  return loaded
}

describe('the rotation', () => {
  it.for([
    ['one kind', { a: 1, b: 1, c: 1, d: 1, e: 1 }],
    ['dear and cheap in turn', { a: 1, b: 2, c: 1, d: 2, e: 1, f: 2 }],
    ['the dear ones last', { a: 1, b: 1, c: 1, d: 1, e: 2, f: 2, g: 2 }],
    ['only dear ones', { a: 2, b: 2, c: 2 }],
  ] as const)('reads everything within its cycle and never above its budget: %s', async ([, costs]) => {
    const sight = new Sight()
    await look(sight, costs, 0)
    const looks = sight.looksPerCycle(3)
    const seen = new Set<string>()
    for (let now = 1; now <= looks; now += 1) {
      sight.begin(false, now, 3)
      const loaded = await look(sight, costs, now)
      const spent = loaded.reduce((sum, key) => sum + (new Map(Object.entries(costs)).get(key) ?? 0), 0)
      expect(spent).toBeLessThanOrEqual(3)
      for (const key of loaded) seen.add(key)
    }
    expect([...seen].sort()).toEqual(Object.keys(costs))
  })
})
