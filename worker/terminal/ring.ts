/**
 * The last bytes of a terminal's output, numbered from the start of its program. It is the only output buffer: every
 * viewer reads from it at its own offset.
 */

/** 256 KB: about two full repaints of a coding agent, and a second of a busy build. */
export const defaultRingBytes = 262_144
/** Most sessions never print more; memory grows with what is there. */
const firstBytes = 8_192

export class ByteRing {
  readonly capacity: number
  #bytes: Buffer
  #end = 0

  constructor(capacity = defaultRingBytes) {
    this.capacity = capacity
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(firstBytes, capacity))
  }

  /** Bytes written so far: the offset of the next one. */
  get end(): number {
    return this.#end
  }

  /** Offset of the first byte that is still there. */
  get oldest(): number {
    return Math.max(0, this.#end - this.capacity)
  }

  /** Appends; the oldest bytes give way. */
  write(data: Uint8Array): void {
    this.#grow(data.length)
    const kept = data.subarray(Math.max(0, data.length - this.capacity))
    const at = (this.#end + data.length - kept.length) % this.#bytes.length
    const first = kept.subarray(0, this.#bytes.length - at)
    this.#bytes.set(first, at)
    this.#bytes.set(kept.subarray(first.length), 0)
    this.#end += data.length
  }

  /** Copies `[from, from + length)` into `target` at `at`. The range must lie in `[oldest, end)`. */
  copy(from: number, length: number, target: Uint8Array, at = 0): void {
    if (from < this.oldest || length < 0 || from + length > this.#end) {
      throw new RangeError(`${from} to ${from + length} is not in the ring`)
    }
    const start = from % this.#bytes.length
    const first = Math.min(length, this.#bytes.length - start)
    target.set(this.#bytes.subarray(start, start + first), at)
    target.set(this.#bytes.subarray(0, length - first), at + first)
  }

  /** A copy of `[from, to)`. */
  read(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe(to - from)
    this.copy(from, to - from, bytes)
    return bytes
  }

  /** `[from, to)`, valid until the next write: a copy only where the ring wraps. */
  view(from: number, to: number): Buffer {
    const start = from % this.#bytes.length
    if (from < this.oldest || to > this.#end || start + to - from > this.#bytes.length) return this.read(from, to)
    return this.#bytes.subarray(start, start + to - from)
  }

  /** As much of `[from, to)` as lies in one piece, valid until the next write; never a copy. */
  run(from: number, to: number): Buffer {
    const start = from % this.#bytes.length
    return this.#bytes.subarray(start, Math.min(this.#bytes.length, start + to - from))
  }

  /** Nothing wraps before the full size is reached, so growing is a plain copy. */
  #grow(more: number): void {
    if (this.#bytes.length === this.capacity || this.#end + more <= this.#bytes.length) return
    // The kernel gives memory as it is touched; sizes between would only be thrown away again.
    const grown = Buffer.allocUnsafeSlow(this.capacity)
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}
