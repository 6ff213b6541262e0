/**
 * What a program does with keys: whether the kernel echoes them, whether it gathers lines (both asked of the terminal),
 * and whether the alternate screen is on (read from the output). A browser may show typing ahead of the echo only when
 * it knows this.
 */
import type { TtyState } from '@workshop/contracts/terminal-protocol'

/** The kernel's part; undefined when it cannot be told. */
export type ReadTty = () => Omit<TtyState, 'alternate'> | undefined

/** Changes that come without output are looked for so soon after activity, then ever more seldom. */
const firstLookMs = 50
const lastLookMs = 1_600

export class TtyWatch {
  readonly #read: ReadTty
  readonly #onChange: (state: TtyState) => void
  readonly #screen = new AlternateWatch()
  #state: TtyState | undefined
  #waitMs = firstLookMs
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** Was there a look since the timer was set? */
  #isFresh = false

  constructor(read: ReadTty, onChange: (state: TtyState) => void) {
    this.#read = read
    this.#onChange = onChange
  }

  /** As last told; undefined when it cannot be told. */
  get state(): TtyState | undefined {
    return this.#state
  }

  /** Has a sequence begun that is not finished? */
  get isOpen(): boolean {
    return this.#screen.isOpen
  }

  output(chunk: Buffer): void {
    this.#screen.scan(chunk)
  }

  /** Something was typed or printed: looks now, and again soon. */
  look(): void {
    if (this.#closed) return
    if (this.#waitMs > firstLookMs) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
    this.#waitMs = firstLookMs
    this.#isFresh = true
    if (this.#compare()) this.#lookLater()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(() => this.#lookAgain(), toNextLook(this.#waitMs)).unref()
  }

  #lookAgain(): void {
    this.#timer = undefined
    // Where output never ends, it is what makes us look.
    if (this.#isFresh) {
      this.#isFresh = false
      this.#lookLater()
      return
    }
    this.#waitMs = Math.min(lastLookMs, this.#waitMs * 2)
    if (this.#compare()) this.#lookLater()
  }

  /** False when there is nothing to look at. */
  #compare(): boolean {
    const tty = this.#read()
    if (tty === undefined) return false
    const { echo, canonical } = tty
    const { alternate } = this.#screen
    const old = this.#state
    if (old?.echo === echo && old.canonical === canonical && old.alternate === alternate) return true
    this.#state = { echo, canonical, alternate }
    this.#onChange(this.#state)
    return true
  }
}

/** All look at the same moments: a wake for each of fifty sessions costs more than its look. */
function toNextLook(waitMs: number): number {
  return waitMs + firstLookMs - (performance.now() % firstLookMs)
}

const decset = Buffer.from('\u001b[?')
const fullReset = Buffer.from('\u001bc')
/** A sequence cut by the end of a chunk is kept up to this length; real ones are shorter. */
const maxCarried = 32
const esc = 0x1b
const alternateModes: ReadonlySet<number> = new Set([47, 1047, 1049])

/** Follows the switches between normal and alternate screen. */
export class AlternateWatch {
  #on = false
  #carried: Buffer = Buffer.alloc(0)

  get alternate(): boolean {
    return this.#on
  }

  get isOpen(): boolean {
    return this.#carried.length > 0
  }

  scan(chunk: Buffer): void {
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk])
    this.#carried = Buffer.alloc(0)
    const reset = bytes.includes(fullReset) ? bytes.lastIndexOf(fullReset) : -1
    if (reset !== -1) this.#on = false
    for (let at = bytes.indexOf(decset, reset + 1); at !== -1; at = bytes.indexOf(decset, at + 3)) {
      this.#mode(bytes, at + 3)
    }
    let last = bytes.length - 1
    while (last >= 0 && bytes.length - last <= maxCarried && bytes[last] !== esc) last--
    if (bytes[last] === esc && isUnfinished(bytes, last)) this.#carried = Buffer.from(bytes.subarray(last))
  }

  /** Parameters of a mode sequence, read as numbers: agents send hundreds a second that are not ours. */
  #mode(bytes: Buffer, from: number): void {
    let number = 0
    let isOurs = false
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte >= 0x30 && byte <= 0x39) {
        number = number * 10 + byte - 0x30
        continue
      }
      isOurs ||= alternateModes.has(number)
      number = 0
      if (byte === 0x3b) continue
      if (isOurs && (byte === 0x68 || byte === 0x6c)) this.#on = byte === 0x68
      return
    }
  }
}

/** Does the control sequence at `at` lack its last byte? */
function isUnfinished(bytes: Buffer, at: number): boolean {
  if (at === bytes.length - 1) return true
  if (bytes[at + 1] !== 0x5b) return false
  for (let i = at + 2; i < bytes.length; i++) if ((bytes[i] ?? 0) >= 0x40) return false
  return true
}
