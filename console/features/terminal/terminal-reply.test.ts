import { describe, expect, it } from 'vitest'
import { isGesture, isTerminalReply } from './terminal-reply.ts'

describe('what comes out of the terminal', () => {
  it.for([
    ['a letter', 'a', false, true],
    ['an arrow', '\u001b[A', false, true],
    ['an arrow in application mode', '\u001bOA', false, true],
    ['Alt and a letter', '\u001b[', false, true],
    ['a paste', '\u001b[200~text\u001b[201~', false, true],
    ['a click', '\u001b[<0;10;5M', false, true],
    ['a drag', '\u001b[<32;10;5M', false, true],
    ['a mouse that passes by', '\u001b[<35;10;5M', false, false],
    ['a mouse that passes by under Ctrl', '\u001b[<51;10;5M', false, false],
    ['device attributes', '\u001b[?1;2c', true, false],
    ['a cursor report', '\u001b[12;40R', true, false],
    ['a colour', '\u001b]11;rgb:0000/0000/0000\u001b\\', true, false],
    ['focus gained, which is told as soon as a program asks', '\u001b[I', true, false],
    ['focus lost', '\u001b[O', true, false],
  ] as const)('%s: an answer %s, meant by a person %s', ([, data, reply, gesture]) => {
    expect([isTerminalReply(data), isGesture(data)]).toEqual([reply, gesture])
  })
})
