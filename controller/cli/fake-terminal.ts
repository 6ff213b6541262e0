/** A terminal for tests: keeps what was written, answers what it is told. */
import { paintWith, type Terminal, type TextStream } from './terminal.ts'

export interface FakeTerminal extends Terminal {
  readonly outText: () => string
  readonly errText: () => string
}

/** `answers` are given in turn; without any there is nobody to ask. */
export function fakeTerminal(isTty = false, answers: readonly string[] = []): FakeTerminal {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err'): TextStream => ({
    write: (text) => {
      written[name] += text
    },
    isTty,
    columns: () => 100,
    rows: () => 24,
    paint: paintWith(false),
  })
  const left = [...answers]
  return {
    out: stream('out'),
    err: stream('err'),
    ask: async (question) => {
      if (left.length > 0) written.err += question
      return left.shift()
    },
    outText: () => written.out,
    errText: () => written.err,
  }
}
