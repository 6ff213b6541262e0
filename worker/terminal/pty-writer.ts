/**
 * Writes input to a terminal without waiting for it. A program that does not read fills the kernel's buffer; then we
 * try again after 1, 2, 4 … 16 ms, which costs no CPU worth naming and holds up nobody else.
 */
const firstWaitMs = 1
const lastWaitMs = 16
/** One write call; larger ones would keep the event loop from other sessions. */
const pieceBytes = 65_536

export class PtyWriter {
  readonly #tryWrite: (piece: Uint8Array) => number
  readonly #onProgress: () => void
  #queue: Uint8Array[] = []
  #queued = 0
  #written = 0
  #waitMs = firstWaitMs
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /**
   * `tryWrite` gives the bytes taken, 0 when there is no room, -1 when the terminal is gone. `onProgress` comes after
   * bytes were written, never from inside `write`.
   */
  constructor(tryWrite: (piece: Uint8Array) => number, onProgress: () => void) {
    this.#tryWrite = tryWrite
    this.#onProgress = onProgress
  }

  /** Bytes that wait for the program to read. */
  get queued(): number {
    return this.#queued
  }

  /** Bytes taken by the kernel so far, dropped, or sent to a terminal that is gone. */
  get written(): number {
    return this.#written
  }

  /** `data` is the caller's again after the call. */
  write(data: Uint8Array): void {
    if (this.#closed) this.#written += data.length
    if (this.#closed || data.length === 0) return
    this.#queue.push(data)
    this.#queued += data.length
    if (this.#timer === undefined) this.#flush()
    const last = this.#queue.length - 1
    if (last >= 0) this.#queue[last] = Buffer.from(this.#queue[last] ?? data)
  }

  /** Throws away what waits; it counts as written. */
  drop(): void {
    this.#written += this.#queued
    this.#queue = []
    this.#queued = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  close(): void {
    this.#closed = true
    this.drop()
  }

  #flush(): void {
    let head = this.#queue[0]
    while (head !== undefined) {
      const taken = this.#tryWrite(head.length > pieceBytes ? head.subarray(0, pieceBytes) : head)
      if (taken === 0) {
        this.#retryLater()
        return
      }
      if (taken === -1) {
        this.drop()
        return
      }
      this.#waitMs = firstWaitMs
      this.#queued -= taken
      this.#written += taken
      if (taken === head.length) this.#queue.shift()
      else this.#queue[0] = head.subarray(taken)
      head = this.#queue[0]
    }
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const before = this.#written
      this.#flush()
      if (this.#written > before) this.#onProgress()
    }, this.#waitMs)
    this.#waitMs = Math.min(lastWaitMs, this.#waitMs * 2)
  }
}
