/** Which size a terminal had when each byte of its output was printed: so old output can be shown as it was meant. */
import type { PtySize } from './pty.ts'

/** From the byte at `offset` on. */
export interface SizeMark {
  readonly offset: number
  readonly size: PtySize
}

/** Beyond it, sizes that followed one another without output between them are forgotten but for the last. */
const manyMarks = 256

export class SizeMarks {
  /** Ascending; the first one holds for everything before the second. */
  #marks: SizeMark[]

  constructor(size: PtySize) {
    this.#marks = [{ offset: 0, size }]
  }

  /** The size changes before the byte at `offset`, which is not before any other mark. */
  add(offset: number, size: PtySize): void {
    if (this.#marks.length > manyMarks && this.#marks.at(-1)?.offset === offset) this.#marks.pop()
    this.#marks.push({ offset, size })
  }

  /** The size that the byte at `offset` was printed for. */
  at(offset: number): PtySize {
    const mark = this.#marks.findLast((mark) => mark.offset <= offset) ?? this.#marks[0]
    if (mark === undefined) throw new RangeError('no size is known')
    return mark.size
  }

  /** The changes behind `offset`, oldest first. */
  after(offset: number): readonly SizeMark[] {
    const first = this.#marks.findIndex((mark) => mark.offset > offset)
    return first === -1 ? [] : this.#marks.slice(first)
  }

  /** What someone must hear who has seen all output before `offset`: the size there when it changed there, and the rest. */
  from(offset: number): readonly SizeMark[] {
    const here = this.#marks.findLast((mark) => mark.offset === offset)
    return here === undefined ? this.after(offset) : [here, ...this.after(offset)]
  }

  /** Output before `offset` is gone. */
  forget(offset: number): void {
    while ((this.#marks[1]?.offset ?? Number.POSITIVE_INFINITY) <= offset) this.#marks.shift()
  }
}
