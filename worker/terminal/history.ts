/**
 * What a session can show of its past: the ring, and a screen model that is built late. As long as the ring holds all
 * output, or what left it was plain text, a replay is raw bytes; the model is born when bytes that draw are about to
 * leave the ring, or when a new viewer needs it, and from then on is fed just before the ring forgets.
 */
import { PlainScan } from './modes.ts'
import type { PtySize } from './pty.ts'
import { ByteRing } from './ring.ts'
import { openString, reopened, safeCut } from './safe-cut.ts'
import type { ScreenModel, Screens } from './screens.ts'
import { SizeMarks } from './size-marks.ts'
import type { Replay } from './viewer.ts'

/** Bytes that are looked at, or fed to the model, in one go: this part of the ring. */
const pieceShare = 4
/** Newlines are counted in so many of the last bytes first: most screens fit. */
const lookBytes = 8_192
/** With less between them two mixed batches are one range, so that a ring holds 64 at most. */
const mixedGapBytes = 4_096
const newline = 10

export class History {
  readonly ring: ByteRing
  /** Of all output that the ring holds. */
  readonly sizes: SizeMarks
  readonly #screens: Screens
  readonly #onParsed: () => void
  /** Output before it is in the model, or plain and forgotten. */
  #covered = 0
  /** Of the control string that is open there, the byte behind ESC: one that is longer than a piece. */
  #open: number | undefined
  #plain = new PlainScan()
  /**
   * Output that is not known to be text and colours only: what draws, and batches that end amid a sequence. The one after
   * such a batch may pass for text, but no piece is cut amid a sequence, so that its beginning gives it away.
   */
  readonly #mixed: { readonly from: number; to: number }[] = []
  #model: ScreenModel | undefined
  /** From there on, at least, a screen of so many rows was full. */
  #filled = { from: -1, rows: 0 }

  /** `onParsed` comes when the model has caught up some. */
  constructor(size: PtySize, screens: Screens, onParsed: () => void, ringBytes?: number) {
    this.ring = new ByteRing(ringBytes)
    this.#screens = screens
    this.#onParsed = onParsed
    this.sizes = new SizeMarks(size)
  }

  /** Is the model so far behind that the program should wait? */
  get overrun(): boolean {
    return (this.#model?.behind() ?? 0) > this.ring.capacity
  }

  /** `plain`: text and colours only, as in PtyEvents. A small ring takes a large chunk piece by piece, so that it sees all. */
  write(chunk: Uint8Array, plain = false): void {
    const most = this.ring.capacity / pieceShare
    if (chunk.length <= most) this.#write(chunk, plain)
    else for (let at = 0; at < chunk.length; at += most) this.#write(chunk.subarray(at, at + most), plain)
    this.sizes.forget(this.ring.oldest)
  }

  #write(chunk: Uint8Array, plain: boolean): void {
    while (this.ring.end + chunk.length - this.ring.capacity > this.#covered && this.#covered < this.ring.end) {
      this.#cover(Math.min(this.ring.end, this.#covered + this.ring.capacity / pieceShare))
    }
    if (!plain) this.#mix(this.ring.end, this.ring.end + chunk.length)
    this.ring.write(chunk)
  }

  #mix(from: number, to: number): void {
    while ((this.#mixed[0]?.to ?? Infinity) <= this.#covered) this.#mixed.shift()
    const last = this.#mixed.at(-1)
    if (last !== undefined && from - last.to < mixedGapBytes) last.to = to
    else this.#mixed.push({ from, to })
  }

  #isMixed(from: number, to: number): boolean {
    return this.#mixed.some((range) => range.from < to && range.to > from)
  }

  resized(size: PtySize): void {
    this.sizes.add(this.ring.end, size)
    if (this.#covered === this.ring.end) this.#model?.resize(size)
  }

  /** What stands for the past on a fresh screen: raw bytes where they say all, else the model's screen. */
  async replay(): Promise<Replay> {
    if (this.#model === undefined) {
      if (this.#covered === 0) return this.#raw()
      const bytes = this.ring.view(this.#covered, this.ring.end)
      if (this.#plain.clone().scan(bytes.subarray(0, safeCut(bytes)))) return this.#raw()
      this.#bear()
    }
    const end = this.ring.end
    const cut = this.#covered + safeCut(this.ring.view(this.#covered, end))
    this.#feed(cut)
    const size = this.sizes.at(cut)
    const open = reopened(this.#open)
    try {
      const bytes = (await this.#model?.snapshot()) ?? new Uint8Array(0)
      return { offset: cut, bytes: Buffer.concat([bytes, Buffer.from(open)]), size }
    } catch {
      // The thread has died: better a wrong screen than none.
      this.#model = undefined
      this.#plain = new PlainScan()
      return this.#raw()
    }
  }

  /** Where the cursor was before the byte at `offset`, which came just now; undefined when that cannot be told. */
  async cursorAt(offset: number): Promise<readonly [row: number, column: number] | undefined> {
    if (this.#model === undefined) this.#bear()
    this.#feed(offset)
    return this.#model?.cursor().catch(() => undefined)
  }

  close(): void {
    this.#model?.close()
    this.#model = undefined
  }

  #raw(): Replay {
    const size = this.sizes.at(this.#covered)
    return { offset: this.#covered, bytes: Buffer.from(this.#prefix()), size }
  }

  /** What must come before output from `#covered` on. */
  #prefix(): string {
    return this.#plain.prefix() + reopened(this.#open)
  }

  /** Makes sure that output before `to` may leave the ring. */
  #cover(to: number): void {
    let piece = this.ring.run(this.#covered, to)
    let cut = safeCut(piece)
    if (cut === 0) {
      // What begins at the end of the ring's memory may end at its start.
      piece = this.ring.view(this.#covered, to)
      cut = safeCut(piece)
    }
    // Inside a string that began before, text is not what it seems, whoever calls it plain.
    if (this.#model === undefined && this.#open === undefined) {
      const plain = this.#plain.clone()
      const whole = piece.subarray(0, cut)
      const isMixed = this.#isMixed(this.#covered, this.#covered + cut)
      const fits = isMixed ? plain.scan(whole) : plain.scanColours(whole)
      if (cut > 0 && fits && this.#fillsScreen(this.#covered + cut)) {
        this.#plain = plain
        this.#covered += cut
        return
      }
    }
    if (this.#model === undefined) this.#bear()
    // A string that fills the piece goes in unfinished.
    this.#feed(cut > 0 ? this.#covered + cut : to)
  }

  /** Do the lines from here on fill the screen by themselves? */
  #fillsScreen(from: number): boolean {
    const { rows } = this.sizes.at(this.ring.end)
    if (this.#filled.rows === rows && from <= this.#filled.from) return true
    let missing = 2 * rows
    for (let end = this.ring.end; end > from; end -= lookBytes) {
      const start = Math.max(from, end - lookBytes)
      const bytes = this.ring.view(start, end)
      for (let at = bytes.lastIndexOf(newline); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1)) {
        missing--
        if (missing > 0) continue
        this.#filled = { from: start + at, rows }
        return true
      }
    }
    return false
  }

  #bear(): void {
    this.#model = this.#screens.open(this.sizes.at(this.#covered), this.#onParsed)
    const prefix = this.#prefix()
    if (prefix !== '') this.#model.feed(Buffer.from(prefix))
  }

  #feed(to: number): void {
    if (to > this.#covered) this.#open = openString(this.ring.view(this.#covered, to), this.#open)
    for (const { offset, size } of this.sizes.after(this.#covered)) {
      if (offset > to) break
      this.#feedBytes(offset)
      this.#model?.resize(size)
    }
    this.#feedBytes(to)
  }

  #feedBytes(to: number): void {
    while (this.#covered < to) {
      const bytes = this.ring.run(this.#covered, to)
      this.#model?.feed(bytes)
      this.#covered += bytes.length
    }
  }
}
