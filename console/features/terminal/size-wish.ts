/** What a page has room for, told to the worker: never twice the same, never faster than programs can repaint. */
import { NamedTimers } from './named-timers.ts'
import type { TermClientOptions, TermClock } from './term-options.ts'

type Size = TermClientOptions['size']

/** A window drag asks for sizes faster than a program can repaint. */
const everyMs = 50

export class SizeWish {
  readonly #send: (size: Size) => void
  readonly #timers: NamedTimers<'next'>
  #size: Size
  #sent: Size | undefined

  constructor(size: Size, clock: TermClock, send: (size: Size) => void) {
    this.#size = size
    this.#send = send
    this.#timers = new NamedTimers(clock)
  }

  /** HELLO tells it. */
  inHello(): Size {
    this.#sent = this.#size
    return this.#size
  }

  /** `live`: it can be told now; otherwise the next HELLO does. */
  wish(size: Size, live: boolean): void {
    this.#size = size
    if (this.#timers.has('next') || !live) return
    this.tell()
    this.#timers.set('next', everyMs, () => this.tell())
  }

  /** Tells it unless it is known. */
  tell(): void {
    const { cols, rows, visible } = this.#size
    if (this.#sent?.cols === cols && this.#sent.rows === rows && this.#sent.visible === visible) return
    this.#sent = this.#size
    this.#send(this.#size)
  }

  stop(): void {
    this.#timers.cancelAll()
  }
}
