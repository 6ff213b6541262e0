import { describe, expect, it } from 'vitest'
import { groupMemory } from './memory.ts'

describe("the container's memory", () => {
  it.for([
    [
      'version 2: in use less idle cache',
      { 'memory.current': '1000\n', 'memory.max': '4000\n', 'memory.stat': 'anon 1\ninactive_file 300\n' },
      { used: 700, limit: 4000 },
    ],
    ['version 2 without limit', { 'memory.current': '1000', 'memory.max': 'max' }, { used: 1000, limit: 9000 }],
    [
      'version 1 with its number for no limit',
      { 'memory/memory.usage_in_bytes': '500', 'memory/memory.limit_in_bytes': '9223372036854771712' },
      { used: 500, limit: 9000 },
    ],
    ['no controller', {}, undefined],
  ] as const)('%s', ([, files, memory]) => {
    expect(groupMemory((name) => (files as Record<string, string>)[name], 9000)).toEqual(memory)
  })
})
