/**
 * Text that was printed and is not in its line's cells yet: most of what a program repaints is erased or scrolled away
 * before anyone looks. It lasts for one piece of output, so that nobody outside ever misses it.
 */
import { type Style, writeCells } from './cells.ts'
import type { XtermLine } from './xterm-insides.ts'

/** Runs that can wait; each is a stretch of text in one style on one line. */
const most = 4_096
const none = -1

export class LateText {
  #bytes: Uint8Array = new Uint8Array(0)
  #cols = 0
  #isAside = false
  /** Lines with something waiting, or known to be blank; by number below, and the other way round. */
  readonly #numbers = new Map<XtermLine, number>()
  readonly #lines: XtermLine[] = []
  /** The first and the last run of each line, and the background that the line was erased with. */
  readonly #first: number[] = []
  readonly #last: number[] = []
  readonly #blank: number[] = []
  #latest = none
  /** Of each run: its bytes, its column, its style, and the line's next one. */
  #runs = 0
  readonly #from = new Int32Array(most)
  readonly #to = new Int32Array(most)
  readonly #column = new Int32Array(most)
  readonly #fg = new Int32Array(most)
  readonly #bg = new Int32Array(most)
  readonly #next = new Int32Array(most)

  /** The piece of output that text will be in, and the columns of lines meanwhile. */
  begin(bytes: Uint8Array, cols: number): void {
    this.#bytes = bytes
    this.#cols = cols
  }

  /** Single characters (cells.ts) from column `x` on, as many as fit the line. */
  print(line: XtermLine, from: number, to: number, x: number, style: Style): void {
    if (this.#runs === most) this.storeAll()
    const number = this.#numberOf(line)
    const run = this.#runs++
    this.#from[run] = from
    this.#to[run] = to
    this.#column[run] = x
    this.#fg[run] = style.fg
    this.#bg[run] = style.bg
    this.#next[run] = none
    if (this.#first[number] === none) this.#first[number] = run
    else this.#next[this.#last[number] as number] = run
    this.#last[number] = run
  }

  /** What waits for this line will never be seen. */
  drop(line: XtermLine): void {
    const number = this.#numbers.get(line)
    if (number === undefined) return
    this.#first[number] = none
    this.#blank[number] = none
  }

  /** The line is about to be erased as a whole: false when its cells are blank in this background as they are. */
  erases(line: XtermLine, bg: number): boolean {
    if (this.#isAside) return true
    const number = this.#numberOf(line)
    this.#first[number] = none
    if (this.#blank[number] === bg) return false
    this.#blank[number] = bg
    return true
  }

  /** For what reads and changes cells in its own ways: all is written before, and nothing waits meanwhile. */
  aside(act: () => void): void {
    this.storeAll()
    this.#isAside = true
    try {
      act()
    } finally {
      this.#isAside = false
    }
  }

  /** Writes what waits for this line. */
  store(line: XtermLine): void {
    const number = this.#numbers.get(line)
    if (number !== undefined) this.#store(number)
  }

  /** Writes all that waits; lines may be changed by anyone from here on. */
  storeAll(): void {
    if (this.#lines.length === 0) return
    for (let number = 0; number < this.#lines.length; number++) this.#store(number)
    this.#numbers.clear()
    this.#lines.length = 0
    this.#runs = 0
    this.#latest = none
  }

  #store(number: number): void {
    let run = this.#first[number] as number
    this.#blank[number] = none
    this.#first[number] = none
    const { _data: words } = this.#lines[number] as XtermLine
    for (; run !== none; run = this.#next[run] as number) {
      const [from, to, x] = [this.#from[run] as number, this.#to[run] as number, this.#column[run] as number]
      const style = { fg: this.#fg[run] as number, bg: this.#bg[run] as number }
      writeCells(this.#bytes, { from, to }, words, { x, cols: this.#cols }, style)
    }
  }

  #numberOf(line: XtermLine): number {
    if (this.#latest !== none && this.#lines[this.#latest] === line) return this.#latest
    let number = this.#numbers.get(line)
    if (number === undefined) {
      number = this.#lines.push(line) - 1
      this.#numbers.set(line, number)
      this.#first[number] = this.#blank[number] = none
    }
    this.#latest = number
    return number
  }
}
