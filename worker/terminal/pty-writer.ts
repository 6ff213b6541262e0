/**
 * Writes input to a terminal without waiting for it. A program that does not read fills the kernel's buffer; then we
 * try again after 1, 2, 4 … 16 ms, which costs no CPU worth naming and holds up nobody else.
 */
import { writeSync } from 'node:fs'
import { errorCode } from './error-code.ts'

const firstWaitMs = 1
const lastWaitMs = 16
/** One write call; larger ones would keep the event loop from other sessions. */
const pieceBytes = 65_536

export class PtyWriter {
  readonly #fd: number
  readonly #onProgress: () => void
  #queue: Buffer[] = []
  #queued = 0
  #written = 0
  #waitMs = firstWaitMs
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** `onProgress` comes after bytes were written, never from inside `write`. */
  constructor(fd: number, onProgress: () => void) {
    this.#fd = fd
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

  write(data: Buffer): void {
    if (this.#closed) this.#written += data.length
    if (this.#closed || data.length === 0) return
    this.#queue.push(data)
    this.#queued += data.length
    if (this.#timer === undefined) this.#flush()
  }

  /** Throws away what waits; it counts as written. */
  drop(): void {
    this.#written += this.#queued
    this.#queue = []
    this.#queued = 0
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.drop()
  }

  #flush(): void {
    let head = this.#queue[0]
    while (head !== undefined) {
      const piece = head.subarray(0, pieceBytes)
      const taken = this.#tryWrite(piece)
      if (taken === 0) {
        this.#retryLater()
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

  /** Bytes taken; 0 when the kernel has no room. When the terminal is gone, all of it counts as taken. */
  #tryWrite(piece: Buffer): number {
    try {
      return writeSync(this.#fd, piece)
    } catch (error) {
      return errorCode(error) === 'EAGAIN' ? 0 : piece.length
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
