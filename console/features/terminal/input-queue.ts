/**
 * What was typed and is not yet known to be written to the terminal: numbered bytes, resent after a reconnect from
 * where the server left off, so that every key arrives exactly once.
 */
import { terminalLimits } from '@workshop/contracts/terminal-protocol'

/** Input kept while there is no connection. More than this is a paste gone wrong. */
export const maxQueuedInput = 1_048_576
/** Small frames let ^C overtake the rest of a paste when it is dropped. */
const frameBytes = 16_384

/** One piece to send. */
export interface InputPiece {
  readonly inSeq: number
  readonly data: Uint8Array
}

export class InputQueue {
  /** Unsent and unacknowledged bytes, oldest first; the first byte has number `base`. */
  #chunks: Uint8Array[] = []
  #base = 0
  #acked = 0
  #sent = 0
  #end = 0

  /** First byte that is still held: `inSeq` of HELLO. */
  get base(): number {
    return this.#base
  }

  /** Bytes not yet known to be written to the terminal. */
  get pending(): number {
    return this.#end - this.#acked
  }

  /** Number that the next byte gets. */
  get end(): number {
    return this.#end
  }

  /** Takes input; false when there is no room, and then nothing of it is taken. */
  push(data: Uint8Array): boolean {
    if (data.length === 0) return true
    if (this.#end - this.#base + data.length > maxQueuedInput) return false
    this.#chunks.push(data)
    this.#end += data.length
    return true
  }

  /** What may be sent now, piece by piece; each call counts as sent. Undefined: nothing, or the window is full. */
  next(): InputPiece | undefined {
    const room = Math.min(frameBytes, terminalLimits.inputWindow - (this.#sent - this.#acked))
    const length = Math.min(room, this.#end - this.#sent)
    if (length <= 0) return undefined
    const piece = { inSeq: this.#sent, data: this.#read(this.#sent, length) }
    this.#sent += length
    return piece
  }

  /** The server wrote everything before `inSeq` to the terminal. */
  acknowledge(inSeq: number): void {
    if (inSeq > this.#sent) return
    this.#acked = Math.max(this.#acked, inSeq)
    this.#release(inSeq)
  }

  /** WELCOME of the same epoch: the server has everything before `inSeq`, the rest goes again. */
  resume(inSeq: number): void {
    if (inSeq < this.#base || inSeq > this.#end) {
      this.restart(inSeq)
      return
    }
    this.#release(inSeq)
    this.#sent = inSeq
    this.#acked = Math.min(this.#acked, inSeq)
  }

  /** A new program: what was typed for the old one must not reach it. Gives the number of bytes dropped. */
  restart(inSeq: number): number {
    const dropped = this.#end - this.#base
    this.#chunks = []
    this.#base = this.#acked = this.#sent = this.#end = inSeq
    return dropped
  }

  /** Forgets what was not sent. */
  dropUnsent(): void {
    const kept = this.#read(this.#base, this.#sent - this.#base)
    this.#chunks = kept.length > 0 ? [kept] : []
    this.#end = this.#sent
  }

  #release(inSeq: number): void {
    let first = this.#chunks[0]
    while (first !== undefined && this.#base < inSeq) {
      const cut = Math.min(first.length, inSeq - this.#base)
      if (cut === first.length) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(cut)
      this.#base += cut
      first = this.#chunks[0]
    }
  }

  #read(from: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    let at = this.#base
    let filled = 0
    for (const chunk of this.#chunks) {
      const skip = Math.max(0, from - at)
      if (skip < chunk.length && filled < length) {
        const part = chunk.subarray(skip, skip + length - filled)
        bytes.set(part, filled)
        filled += part.length
      }
      at += chunk.length
    }
    return bytes
  }
}
