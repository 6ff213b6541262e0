import { describe, expect, it } from 'vitest'
import { TornLine } from './torn-line.ts'

/** What of these keys, typed at these times, goes out; `|` stands for a new program. */
function typed(...keys: readonly (readonly [data: string, at: number] | '|')[]): string {
  const line = new TornLine()
  let out = ''
  for (const key of keys) {
    if (key === '|') line.tear()
    else if (line.typed(...key)) out += key[0]
  }
  return out
}

describe('a line that a restart tears apart', () => {
  it.for([
    ['is not ended in the new program', [['a; ', 0], '|', ['rm b', 100], ['\r', 200], ['ls\r', 300]], 'a; ls\r'],
    ['that was complete takes nothing with it', [['a\r', 0], '|', ['b\r', 100]], 'a\rb\r'],
    ['is forgotten after a pause', [['a', 0], '|', ['b', 1_500], ['\r', 1_600]], 'ab\r'],
    ['is over with ^C', [['a', 0], '|', ['\u0003', 100], ['b', 200]], 'ab'],
    ['goes on as long as keys follow one another', [['a', 0], '|', ['b', 900], ['c', 1_800], ['d', 2_900]], 'ad'],
    ['is none where nothing was typed', ['|', ['b', 100]], 'b'],
  ] as const)('%s', ([, keys, expected]) => {
    expect(typed(...keys)).toBe(expected)
  })
})
