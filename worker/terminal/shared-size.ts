/** The one size of a terminal with several viewers: whose counts, and how often it may change. */
import type { PtySize } from './pty.ts'
import { clampSize, type SizeCandidate, sizeOwner } from './size.ts'

/** A window drag must not make the program repaint more often. */
const resizeEveryMs = 50

export class SharedSize {
  readonly #now: () => number
  #size: PtySize
  #owner = 0
  #resizedAt = Number.NEGATIVE_INFINITY

  constructor(size: PtySize, now: () => number) {
    this.#size = clampSize(size)
    this.#now = now
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
   * what changed, or after how many milliseconds to ask again.
   */
  settle(viewers: readonly SizeCandidate[], atOnce: boolean): 'same' | 'owner' | 'size' | { readonly againMs: number } {
    const owner = sizeOwner(viewers)
    const size = owner === undefined ? this.#size : clampSize(owner.wish)
    const sameSize = size.cols === this.#size.cols && size.rows === this.#size.rows
    const sameOwner = (owner?.id ?? 0) === this.#owner
    if (sameSize && sameOwner) return 'same'
    const againMs = this.#resizedAt + resizeEveryMs - this.#now()
    if (!sameSize && !atOnce && againMs > 0) return { againMs }
    this.#owner = owner?.id ?? 0
    if (sameSize) return 'owner'
    this.#size = size
    this.#resizedAt = this.#now()
    return 'size'
  }
}
