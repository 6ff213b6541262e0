/**
 * Answers in place of a terminal when no browser can give them: agents, fish and vim ask at their start what they run in
 * and where the cursor is, and wait seconds, or give up, when nobody says. What xterm.js says is said here too. Left
 * unanswered: modes (DECRQM), palette entries and key protocols, because whoever asks for those sends a question of
 * the ones below behind it and takes its answer for the end. Pure.
 */
import { safeCut } from './safe-cut.ts'

/** What is known at once, or where the cursor was before the byte at `offset`. */
export type Answer =
  | { readonly text: string }
  | { readonly cursorAt: number; readonly say: (row: number, column: number) => string }

/** Foreground, background and cursor of the dark theme (console/styles), as 16-bit channels. */
const colours: Readonly<Record<string, string>> = {
  '10': 'd7d7/dddd/e5e5',
  '11': '0b0b/0e0e/1313',
  '12': 'd7d7/dddd/e5e5',
}

/** Device attributes, status, cursor position; colours with the end (BEL or ST) that the answer must have too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC and BEL are what is looked for.
const question = /\u001b(?:\[(0?c|>0?c|5n|\??6n)|\](1[012]);\?(\u0007|\u001b\\))/g
/** No question is longer; an unfinished one may be. */
const longestQuestion = 12

export class Questions {
  /** The beginning of a sequence at the end of what was read. */
  #tail = Buffer.alloc(0)

  /** Has a question begun that is not finished? */
  get isOpen(): boolean {
    return this.#tail.length > 0
  }

  /** Goes over output that begins at `offset`; gives the answers to what it asks, in order. */
  read(chunk: Buffer, offset: number): Answer[] {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    const start = offset - this.#tail.length
    const rest = bytes.subarray(safeCut(bytes))
    this.#tail = rest.length < longestQuestion ? Buffer.from(rest) : Buffer.alloc(0)
    const text = bytes.toString('latin1')
    return [...text.matchAll(question)].flatMap((found) => answerTo(found, start + found.index) ?? [])
  }

  /** Output was not looked at. */
  skip(): void {
    this.#tail = Buffer.alloc(0)
  }
}

function answerTo([, csi, colour, end]: RegExpExecArray, offset: number): Answer | undefined {
  if (colour !== undefined) return { text: `\u001b]${colour};rgb:${colours[colour]}${end}` }
  if (csi?.endsWith('6n')) {
    const mark = csi.slice(0, -2)
    return { cursorAt: offset, say: (row, column) => `\u001b[${mark}${row};${column}R` }
  }
  if (csi === '5n') return { text: '\u001b[0n' }
  return { text: csi?.startsWith('>') ? '\u001b[>0;276;0c' : '\u001b[?1;2c' }
}
