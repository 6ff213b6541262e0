/** The terminal of this process. */
import { createInterface } from 'node:readline/promises'
import type { WriteStream } from 'node:tty'
import { paintWith, type Terminal, type TextStream } from './terminal.ts'

/** `colour: false` wins over what the streams could do. */
export function processTerminal(colour: boolean): Terminal {
  const err = textStream(process.stderr, colour)
  return {
    out: textStream(process.stdout, colour),
    err,
    ask: async (question) => {
      if (!process.stdin.isTTY || !err.isTty) return undefined
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(question)
      } finally {
        lines.close()
      }
    },
  }
}

function textStream(stream: WriteStream, colour: boolean): TextStream {
  const isTty = stream.isTTY === true
  return {
    write: (text) => void stream.write(text),
    isTty,
    // A terminal that has not been told its size reports 0.
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    paint: paintWith(colour && isTty),
  }
}
