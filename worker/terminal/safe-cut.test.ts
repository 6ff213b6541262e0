import { describe, expect, it } from 'vitest'
import { openString, safeCut } from './safe-cut.ts'

describe('a cut', () => {
  it.for([
    ['plain text', 'abc', 3],
    ['a finished colour', 'a\u001b[31m', 6],
    ['half a CSI', 'a\u001b[3', 1],
    ['a lone ESC', 'ab\u001b', 2],
    ['half an OSC 52', 'ab\u001b]52;c;AAAA', 2],
    ['an OSC ended by BEL', '\u001b]0;title\u0007x', 11],
    ['an OSC ended by ST', '\u001b]8;;http://x\u001b\\', 15],
    ['an OSC whose ST is half there', 'a\u001b]0;t\u001b', 1],
    ['a lone ESC behind a finished OSC', '\u001b]0;t\u0007a\u001b', 7],
    ['half a DCS', 'a\u001bPq#0;2', 1],
    ['CR of CR LF', 'a\r', 2],
    ['half a charset choice', 'a\u001b(', 1],
  ] as const)('does not break %s', ([, text, cut]) => {
    expect(safeCut(Buffer.from(text, 'latin1'))).toBe(cut)
  })

  it('does not break a character of four bytes', () => {
    const bytes = Buffer.from('a🙂')
    expect([2, 3, 4, 5].map((length) => safeCut(bytes.subarray(0, length)))).toEqual([1, 1, 1, 5])
  })
})

describe('a control string', () => {
  const [osc, dcs] = [']', 'P'].map((kind) => kind.charCodeAt(0))
  it.for([
    ['is open behind its beginning', undefined, 'a\u001b]52;c;AAAA', osc],
    ['stays open behind what looks like text', osc, 'AAAA', osc],
    ['is ended by BEL', osc, 'AAAA\u0007text', undefined],
    ['is ended by BEL only when it is an OSC', dcs, 'AA\u0007AA', dcs],
    ['is ended by ST', dcs, 'AAAA\u001b\\text', undefined],
    ['is ended by any sequence', osc, 'AAAA\u001b[31mtext', undefined],
    ['is given up at CAN', dcs, 'AAAA\u0018text', undefined],
    ['may follow another', osc, 'AAAA\u0007text\u001bPq', dcs],
    ['is none in text', undefined, 'text', undefined],
  ] as const)('%s', ([, before, text, open]) => {
    expect(openString(Buffer.from(text, 'latin1'), before)).toBe(open)
  })
})
