/**
 * What a session can show of its past: the ring, and a screen model that is built late. As long as the ring holds all
 * output, or what left it was plain text, a replay is raw bytes; the model is born when bytes that draw are about to
 * leave the ring, or when a new viewer needs it, and from then on is fed just before the ring forgets.
 */
import { PlainScan } from './modes.ts'
import type { PtySize } from './pty.ts'
import { ByteRing } from './ring.ts'
import { safeCut } from './safe-cut.ts'
import type { ScreenModel, Screens } from './screens.ts'
import type { Replay } from './viewer.ts'

/** Bytes that are looked at, or fed to the model, in one go: this part of the ring. */
const pieceShare = 4
/** Newlines are counted in so many of the last bytes first: most screens fit. */
const lookBytes = 8_192
const newline = 10

interface SizeMark {
  readonly offset: number
  readonly size: PtySize
}

export class History {
  readonly ring: ByteRing
  readonly #screens: Screens
  readonly #onParsed: () => void
  /** Output before it is in the model, or plain and forgotten. */
  #covered = 0
  #plain = new PlainScan()
  #model: ScreenModel | undefined
  #size: PtySize
  /** Size at `covered`, and those after it. */
  #coveredSize: PtySize
  #marks: SizeMark[] = []

  /** `onParsed` comes when the model has caught up some. */
  constructor(size: PtySize, screens: Screens, onParsed: () => void, ringBytes?: number) {
    this.ring = new ByteRing(ringBytes)
    this.#screens = screens
    this.#onParsed = onParsed
    this.#size = size
    this.#coveredSize = size
  }

  /** Is the model so far behind that the program should wait? */
  get overrun(): boolean {
    return (this.#model?.behind() ?? 0) > this.ring.capacity
  }

  write(chunk: Uint8Array): void {
    while (this.ring.end + chunk.length - this.ring.capacity > this.#covered && this.#covered < this.ring.end) {
      this.#cover(Math.min(this.ring.end, this.#covered + this.ring.capacity / pieceShare))
    }
    this.ring.write(chunk)
    // A chunk larger than the whole ring: its beginning was never there.
    this.#covered = Math.max(this.#covered, this.ring.oldest)
  }

  resized(size: PtySize): void {
    this.#size = size
    this.#marks.push({ offset: this.ring.end, size })
    this.#advance(this.#covered)
  }

  /** What stands for the past on a fresh screen: raw bytes where they say all, else the model's screen. */
  async replay(): Promise<Replay> {
    if (this.#model === undefined) {
      const plain = this.#plain.clone()
      const bytes = this.ring.read(this.#covered, this.ring.end)
      const whole = this.#covered === 0 && this.#marks.every((mark) => mark.offset === 0)
      if (whole || plain.scan(bytes.subarray(0, safeCut(bytes)))) return this.#raw()
      this.#bear()
    }
    const end = this.ring.end
    const cut = this.#covered + safeCut(this.ring.read(this.#covered, end))
    this.#feed(cut)
    const size = this.#coveredSize
    try {
      const bytes = (await this.#model?.snapshot()) ?? new Uint8Array(0)
      return { offset: cut, bytes, size }
    } catch {
      // The thread has died: better a wrong screen than none.
      this.#model = undefined
      this.#plain = new PlainScan()
      return this.#raw()
    }
  }

  close(): void {
    this.#model?.close()
    this.#model = undefined
  }

  #raw(): Replay {
    return { offset: this.#covered, bytes: Buffer.from(this.#plain.prefix()), size: this.#size }
  }

  /** Makes sure that output before `to` may leave the ring. */
  #cover(to: number): void {
    if (this.#model === undefined) {
      const piece = this.ring.read(this.#covered, to)
      const cut = safeCut(piece)
      const plain = this.#plain.clone()
      if (cut > 0 && plain.scan(piece.subarray(0, cut)) && this.#fillsScreen(this.#covered + cut)) {
        this.#plain = plain
        this.#advance(this.#covered + cut)
        return
      }
      this.#bear()
    }
    this.#feed(to)
  }

  /** Do the lines from here on fill the screen by themselves? */
  #fillsScreen(from: number): boolean {
    let missing = 2 * this.#size.rows
    for (let end = this.ring.end; end > from; end -= lookBytes) {
      const bytes = this.ring.read(Math.max(from, end - lookBytes), end)
      for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) missing--
      if (missing <= 0) return true
    }
    return false
  }

  #bear(): void {
    this.#model = this.#screens.open(this.#coveredSize, this.#onParsed)
    const prefix = this.#plain.prefix()
    if (prefix !== '') this.#model.feed(new TextEncoder().encode(prefix))
  }

  #feed(to: number): void {
    while (this.#covered < to) {
      const next = this.#marks.find((mark) => mark.offset > this.#covered)
      const stop = Math.min(to, next?.offset ?? to)
      const bytes = new Uint8Array(stop - this.#covered)
      this.ring.copy(this.#covered, bytes.length, bytes)
      this.#model?.feed(bytes)
      this.#advance(stop)
    }
    this.#advance(to)
  }

  /** Moves `covered`, and applies the sizes that lie before it. */
  #advance(to: number): void {
    this.#covered = to
    for (let mark = this.#marks[0]; mark !== undefined && mark.offset <= to; mark = this.#marks[0]) {
      this.#marks.shift()
      this.#coveredSize = mark.size
      this.#model?.resize(mark.size)
    }
  }
}
