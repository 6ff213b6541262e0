/** Cells in the memory of an xterm line: what xterm writes and erases call by call, in one loop each. Pure but for that memory. */

/** A cell: what it shows (code point, bit 21 for combined ones, width from bit 22), foreground, background. */
const cellWords = 3
const widthShift = 22
const narrow = 1 << widthShift
/** Up to here a loop is as fast as copying. */
const shortErase = 16 * cellWords

/** 1 for each code point of the basic plane that takes one column and never joins the one before it. */
export type Singles = Uint8Array
/** What xterm remembers of such a character: its width, from bit 1. */
export const singleProperties = 1 << 1

/** Looks them up in xterm's own table. */
export function singles(charProperties: (code: number, preceding: number) => number): Singles {
  const isSingle = (code: number) => {
    // What xterm's decoder swallows: surrogates and the byte order mark.
    if (code < 0x80 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfeff) return false
    return charProperties(code, 0) === singleProperties && charProperties(code, singleProperties) === singleProperties
  }
  return Uint8Array.from({ length: 0x1_0000 }, (_, code) => (isSingle(code) ? 1 : 0))
}

/** Words of the style that characters are written in. */
export interface Style {
  readonly fg: number
  readonly bg: number
}

/** A piece of output, and most of it four bytes at a time: `words[i]` begins at byte `4 * i + shift`. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly shift: number
}

export function pieceOf(bytes: Uint8Array): Piece {
  const shift = -bytes.byteOffset & 3
  const count = (bytes.length - shift) >> 2
  const words = count > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + shift, count) : new Int32Array(0)
  return { bytes, words, shift }
}

/** Goes over single characters of UTF-8, `room` at most. Gives where it came to and how many they are. */
export function measure(piece: Piece, from: number, room: number, known: Singles): { at: number; columns: number } {
  const { bytes, words, shift } = piece
  let left = room
  let at = from
  while (left > 0 && at < bytes.length) {
    const begun = at
    const stop = Math.min(bytes.length, at + left)
    for (; at < stop; at++) {
      if (((at - shift) & 3) === 0) {
        // No byte of the four is below 0x20 or above 0x7e.
        for (let i = (at - shift) >> 2; at + 4 <= stop; i++, at += 4) {
          const four = words[i] as number
          if (((((four - 0x2020_2020) & ~four) | (four + 0x0101_0101) | four) & 0x8080_8080) !== 0) break
        }
        if (at === stop) break
      }
      const code = bytes[at] as number
      if (code < 0x20 || code >= 0x7f) break
    }
    left -= at - begun
    if (at === stop) break
    const code = singleCode(bytes, at, known)
    if (code === 0) break
    left--
    at += code < 0x800 ? 2 : 3
  }
  measured.at = at
  measured.columns = room - left
  return measured
}

/** One for all: it is read at once, and a new one for each run is a tenth of the time. */
const measured = { at: 0, columns: 0 }

/** Writes characters that were measured into a line of `cols` columns, from column `x` on. */
export function writeCells(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  words: Uint32Array,
  { x, cols }: { readonly x: number; readonly cols: number },
  style: Style,
): void {
  const fg = style.fg | 0
  const bg = style.bg | 0
  let word = x * cellWords
  for (let at = from; at < to; word += cellWords) {
    const first = bytes[at++] as number
    let code = first
    if (first >= 0x80) {
      const second = (bytes[at++] as number) & 0x3f
      code =
        first < 0xe0
          ? ((first & 0x1f) << 6) | second
          : ((first & 0x0f) << 12) | (second << 6) | ((bytes[at++] as number) & 0x3f)
    }
    words[word] = code | narrow
    words[word + 1] = fg
    words[word + 2] = bg
  }
  // Neither half of a wide character stays alone: a left one has width 2, a right one neither content nor width.
  if (x > 0 && (words[(x - 1) * cellWords] as number) >> widthShift === 2) blank(words, (x - 1) * cellWords, fg, bg)
  if (word < cols * cellWords && words[word] === 0) blank(words, word, fg, bg)
}

/** Columns of the character at `x`; 0 for the right half of a wide one. */
export function widthAt({ _data }: { readonly _data: Uint32Array }, x: number): number {
  return (_data[x * cellWords] as number) >> widthShift
}

/** The single character of two or three bytes at `at`; 0 when there is another or none. */
function singleCode(bytes: Uint8Array, at: number, known: Singles): number {
  const first = bytes[at] as number
  const second = (bytes[at + 1] ?? 0) ^ 0x80
  if (first < 0xc2 || first > 0xef || second > 0x3f) return 0
  if (first < 0xe0) {
    const code = ((first & 0x1f) << 6) | second
    return known[code] === 1 ? code : 0
  }
  const third = (bytes[at + 2] ?? 0) ^ 0x80
  const code = ((first & 0x0f) << 12) | (second << 6) | third
  return third <= 0x3f && code >= 0x800 && known[code] === 1 ? code : 0
}

/** Blank cells with a background, as xterm erases them. */
export class Eraser {
  #blanks = new Uint32Array(0)
  #bg = 0

  /** Erases columns `start` to before `end` of a line of `length` columns. */
  erase(words: Uint32Array, length: number, start: number, end: number, bg: number): void {
    let from = start * cellWords
    let to = Math.min(end, length) * cellWords
    // Neither half of a wide character stays alone.
    if (start > 0 && (words[from - cellWords] as number) >> widthShift === 2) from -= cellWords
    if (end < length && (words[to - cellWords] as number) >> widthShift === 2) to += cellWords
    if (to - from <= shortErase) {
      for (; from < to; from += cellWords) blank(words, from, 0, bg)
      return
    }
    if (this.#bg !== bg || this.#blanks.length < to - from) {
      this.#blanks = new Uint32Array(Math.max(words.length, to - from))
      for (let word = 0; word < this.#blanks.length; word += cellWords) blank(this.#blanks, word, 0, bg)
      this.#bg = bg
    }
    const fits = this.#blanks.length === to - from
    words.set(fits ? this.#blanks : this.#blanks.subarray(0, to - from), from)
  }
}

function blank(words: Uint32Array, word: number, fg: number, bg: number): void {
  words[word] = narrow
  words[word + 1] = fg
  words[word + 2] = bg
}
