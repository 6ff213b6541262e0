/**
 * One viewer's connection over plain requests, as good as a socket: frames go in numbered batches, a batch is kept until
 * the next one is asked for, and a posted batch that was carried out already is not carried out again.
 */
import { WorkshopError } from '@workshop/contracts/errors'
import {
  type ClosedConnection,
  framedLength,
  joinFrames,
  splitFrames,
  terminalHttp,
} from '@workshop/contracts/terminal-http'
import { TerminalProtocolError } from '@workshop/contracts/terminal-protocol'
import type { Conversation } from './conversation.ts'
import { type ViewerLink, wholeFrame } from './viewer.ts'

/** A poll's answer: frames, nothing yet, or the end. */
export type PollAnswer =
  | { readonly kind: 'frames'; readonly body: Uint8Array }
  | { readonly kind: 'none' }
  | { readonly kind: 'closed'; readonly closed: ClosedConnection }

interface Waiting {
  readonly answer: (answer: PollAnswer) => void
  readonly timer: NodeJS.Timeout
}

export class HttpConnection {
  readonly #conversation: Conversation
  readonly #onGone: () => void
  #outbox: Uint8Array[] = []
  #queued = 0
  #drained: (() => void)[] = []
  /** The batch that was handed out last, until the next one is asked for. */
  #handedOut: Uint8Array | undefined
  #nextOut = 0
  #nextIn = 0
  #waiting: Waiting | undefined
  #closed: ClosedConnection | undefined
  #goneTimer: NodeJS.Timeout | undefined
  #waking = false

  /** `onGone` comes once: nobody can poll any more. */
  constructor(converse: (link: ViewerLink) => Conversation, onGone: () => void) {
    this.#onGone = onGone
    this.#conversation = converse({
      send: (bytes, body) => this.#send(bytes, body),
      queued: () => this.#queued,
      onDrained: (listener) => void this.#drained.push(listener),
      close: (code, reason) => this.#close({ code, reason }),
    })
    this.#goneSoon()
  }

  /** Frames that come after batch `batch - 1`; waits for some. @throws WorkshopError WO-4009 no such batch */
  poll(batch: number): Promise<PollAnswer> {
    this.#answerWaiting({ kind: 'none' })
    clearTimeout(this.#goneTimer)
    if (batch === this.#nextOut - 1 && this.#handedOut !== undefined) {
      this.#goneSoon()
      return Promise.resolve({ kind: 'frames', body: this.#handedOut })
    }
    if (batch !== this.#nextOut) {
      this.#goneSoon()
      return Promise.reject(wrongBatch(batch, this.#nextOut))
    }
    this.#handedOut = undefined
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answerWaiting({ kind: 'none' }), terminalHttp.holdMs)
      this.#waiting = { answer: resolve, timer }
      this.#answerIfDue()
    })
  }

  /** Carries out a batch of frames, once. @throws WorkshopError WO-4009 an earlier one is missing */
  post(batch: number, body: Uint8Array): void {
    if (batch < this.#nextIn) return
    if (batch > this.#nextIn) throw wrongBatch(batch, this.#nextIn)
    this.#nextIn += 1
    try {
      for (const frame of splitFrames(body)) if (this.#closed === undefined) this.#conversation.receive(frame)
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error
      this.#conversation.refuse(error.message)
    }
  }

  /** Tells the other side why at its next poll, and then is gone. */
  close(code: number, reason: string): void {
    this.#close({ code, reason })
    this.#conversation.gone()
  }

  /** The other side has left. */
  leave(): void {
    clearTimeout(this.#goneTimer)
    this.#answerWaiting({ kind: 'none' })
    clearTimeout(this.#goneTimer)
    this.#conversation.gone()
    this.#onGone()
  }

  #send(bytes: Uint8Array, body?: Uint8Array): void {
    if (this.#closed !== undefined) return
    const frame = wholeFrame(bytes, body)
    this.#outbox.push(frame)
    this.#queued += frame.length
    this.#wake()
  }

  #close(closed: ClosedConnection): void {
    this.#closed ??= closed
    this.#wake()
  }

  /** Frames of one moment go together. */
  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      this.#answerIfDue()
    })
  }

  #answerIfDue(): void {
    if (this.#waiting === undefined) return
    if (this.#outbox.length > 0) this.#handOut()
    else if (this.#closed !== undefined) this.#answerWaiting({ kind: 'closed', closed: this.#closed })
  }

  #handOut(): void {
    let bytes = 0
    const rest = this.#outbox.findIndex((frame, i) => {
      bytes += framedLength(frame)
      return i > 0 && bytes > terminalHttp.maxPoll
    })
    const batch = this.#outbox.splice(0, rest === -1 ? this.#outbox.length : rest)
    for (const frame of batch) this.#queued -= frame.length
    this.#handedOut = joinFrames(batch)
    this.#nextOut += 1
    this.#answerWaiting({ kind: 'frames', body: this.#handedOut })
    const drained = this.#drained
    this.#drained = []
    for (const tell of drained) tell()
  }

  #answerWaiting(answer: PollAnswer): void {
    if (this.#waiting === undefined) return
    clearTimeout(this.#waiting.timer)
    this.#waiting.answer(answer)
    this.#waiting = undefined
    this.#goneSoon()
  }

  #goneSoon(): void {
    clearTimeout(this.#goneTimer)
    this.#goneTimer = setTimeout(() => this.leave(), terminalHttp.goneAfterMs)
    this.#goneTimer.unref()
  }
}

function wrongBatch(batch: number, next: number): WorkshopError {
  return new WorkshopError({ code: 'WO-4009', where: 'batch', message: `It is ${batch}; the next one is ${next}` })
}
