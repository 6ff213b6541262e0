/** The one size of a terminal with several viewers: whose counts, and how often it may change. */
import type { PtySize } from './pty.ts'
import { clampSize, type SizeCandidate, sizeOwner } from './size.ts'

/** A window drag must not make the program repaint more often. */
const resizeEveryMs = 50

export class SharedSize {
  readonly #now: () => number
  readonly #again: () => void
  #size: PtySize
  #owner = 0
  #resizedAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** `again` is called when a change that had to wait may be made: settle then. */
  constructor(size: PtySize, now: () => number, again: () => void) {
    this.#size = clampSize(size)
    this.#now = now
    this.#again = again
  }

  /** A change waits for the pause between two resizes. */
  get isWaiting(): boolean {
    return this.#timer !== undefined
  }

  get size(): PtySize {
    return this.#size
  }

  /** Number of the viewer whose size counts; 0 when nobody's does. */
  get owner(): number {
    return this.#owner
  }

  /**
   * Settles on the owner's wish. `atOnce` skips the pause between two resizes: a key must find its viewer's size. Gives
   * what changed now.
   */
  settle(viewers: readonly SizeCandidate[], atOnce: boolean): 'nothing' | 'owner' | 'size' {
    const owner = sizeOwner(viewers)
    const size = owner === undefined ? this.#size : clampSize(owner.wish)
    const sameSize = size.cols === this.#size.cols && size.rows === this.#size.rows
    const sameOwner = (owner?.id ?? 0) === this.#owner
    const waitMs = this.#resizedAt + resizeEveryMs - this.#now()
    if (!sameSize && !atOnce && waitMs > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        this.#again()
      }, waitMs)
      return 'nothing'
    }
    this.cancel()
    if (sameSize && sameOwner) return 'nothing'
    this.#owner = owner?.id ?? 0
    if (sameSize) return 'owner'
    this.#size = size
    this.#resizedAt = this.#now()
    return 'size'
  }

  /** Forgets a change that waits. */
  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
