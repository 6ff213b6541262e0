import { describe, expect, it } from 'vitest'
import { unarmed, withRoundTrip } from './arming.ts'
import { afterKey } from './edit-line.ts'
import type { LineLook } from './line-look.ts'
import { Predictor } from './predictor.ts'
import { typedKeys } from './typed-keys.ts'

const delay = 100
/** Arrow keys in one piece, everything else by character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: arrow keys begin with Escape
const sequences = /\u001b\[[A-D]|./gsu

/** A line editor 100 ms away: `prompt` and what is behind it change only when the test says so. */
function rig(prompt = '$ ') {
  let now = 0
  let end = 0
  let line: LineLook = lookOf(prompt, prompt.length)
  const predictor = new Predictor()
  predictor.roundTrip(delay)
  const shown = () => predictor.foretold(line)
  return {
    predictor,
    type: (text: string) => {
      for (const key of text.match(sequences) ?? []) {
        end += key.length
        predictor.typed(key, end, line, now)
      }
    },
    /** The real line becomes `text` after `ms`. */
    becomes: (text: string, cursor = text.length, ms = delay) => {
      now += ms
      predictor.taken(end, now)
      line = lookOf(text, cursor, line.alternate)
      predictor.parsed(line, now)
      predictor.expire(now)
    },
    pass: (ms: number) => {
      now += ms
      predictor.expire(now)
    },
    alternate: () => {
      line = { ...line, alternate: true }
    },
    text: () => (shown() ? drawn(line, shown()?.cells ?? []) : undefined),
    cursor: () => shown()?.cursor,
  }
}

function lookOf(text: string, cursor: number, alternate = false): LineLook {
  return { row: 0, cells: [...text.padEnd(80)], cursor, ghost: false, alternate }
}

function drawn(line: LineLook, cells: readonly { at: number; char: string }[]): string {
  const row = [...line.cells]
  for (const { at, char } of cells) row[at] = char
  return row.join('').trimEnd()
}

/** A prompt that has echoed once and stands empty again. */
function proven() {
  const it = rig()
  it.type('a')
  it.becomes('$ a')
  it.type('\r')
  it.becomes('$ ')
  return it
}

describe('typing on a slow link', () => {
  it('shows nothing behind a prompt that has not echoed yet, and everything once it has', () => {
    const { type, becomes, text } = rig()
    type('ls')
    expect(text()).toBeUndefined()
    becomes('$ l')
    expect(text()).toBe('$ ls')
    type(' -')
    expect(text()).toBe('$ ls -')
  })

  it.for([
    ['letters', 'abc', '$ abc', 5],
    ['a letter taken back', 'ab\u007f', '$ a', 3],
    ['a letter put in before another', 'ac\u001b[Db', '$ abc', 4],
    ['the cursor moved both ways', 'ab\u001b[D\u001b[D\u001b[C', '$ ab', 3],
    ['letters beyond ASCII', 'über', '$ über', 6],
  ] as const)('knows the prompt again and shows %s at once', ([, keys, line, cursor]) => {
    const it = proven()
    it.type(keys)
    expect(it.text()).toBe(line)
    expect(it.cursor()).toBe(cursor)
  })

  it('drops all of it at the first contradiction and wants to see the prompt echo again', () => {
    const { type, becomes, pass, text } = proven()
    type('abc')
    becomes('$ *')
    pass(31)
    expect(text()).toBeUndefined()
    type('d')
    expect(text()).toBeUndefined()
  })

  it('waits for the line to settle after a key that it does not know', () => {
    const { type, becomes, pass, text } = proven()
    type('ec')
    becomes('$ ec')
    type('\tx')
    expect(text()).toBeUndefined()
    becomes('$ echo x')
    pass(50)
    type('y')
    expect(text()).toBe('$ echo xy')
  })

  it('lets go of keys that nobody answers', () => {
    const { type, pass, text } = proven()
    type('abc')
    pass(990)
    expect(text()).toBe('$ abc')
    pass(20)
    expect(text()).toBeUndefined()
  })
})

describe('a secret', () => {
  it.for([
    ['with echo off in line mode', { echo: false, canonical: true }],
    ['with echo off key by key', { echo: false, canonical: false }],
    ['while the news of the flags is late', { echo: true, canonical: true }],
  ] as const)('never shows %s', ([, flags]) => {
    const { predictor, type, becomes, pass, text } = proven()
    type('sudo ls\r')
    becomes('Password: ')
    predictor.flags(flags)
    for (const key of 'hunter2') {
      type(key)
      expect(text()).toBeUndefined()
      pass(90)
    }
  })

  it('never shows behind asterisks', () => {
    const { type, becomes, text } = rig('Password: ')
    for (let typed = 1; typed <= 8; typed++) {
      type('s')
      expect(text()).toBeUndefined()
      becomes(`Password: ${'*'.repeat(typed)}`)
    }
  })

  it('does not show at a known prompt when the flags say so', () => {
    const { predictor, type, text } = proven()
    predictor.flags({ echo: false, canonical: true })
    type('x')
    expect(text()).toBeUndefined()
  })
})

it('trusts a full-screen program only for one run of letters', () => {
  const { type, becomes, alternate, text } = rig('~ ')
  alternate()
  type('abc')
  becomes('~ a')
  expect(text()).toBeUndefined()
  becomes('~ ab')
  expect(text()).toBe('~ abc')
  becomes('~ abc')
  type('\u001b')
  becomes('~ abc', 4)
  type('x')
  expect(text()).toBeUndefined()
})

it('arms above 30 ms and disarms below 20', () => {
  const armed = (...times: readonly number[]) => times.reduce(withRoundTrip, unarmed).armed
  expect([armed(29), armed(31), armed(31, 25, 25), armed(31, 5, 5)]).toEqual([false, true, true, false])
})

it('takes pastes and unknown sequences for what cannot be foretold', () => {
  expect(typedKeys('pasted text')).toEqual([{ kind: 'other' }])
  expect(typedKeys('\u001b[3~')).toEqual([{ kind: 'other' }])
  expect(typedKeys('漢')).toEqual([{ kind: 'other' }])
  expect(afterKey({ cells: ['漢', ''], cursor: 2 }, { kind: 'backspace' }, 80)).toBeUndefined()
  expect(afterKey({ cells: ['a'], cursor: 1 }, { kind: 'text', char: 'b' }, 1)).toBeUndefined()
})
