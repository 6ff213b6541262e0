/**
 * The way of typing from viewers to one program: exactly once, acknowledged when the terminal has taken it, and a
 * word to the viewers when the program does not read.
 */
import { signalForeground } from './foreground.ts'
import { InputLedger, type InputState } from './input-ledger.ts'
import { NamedTimers } from './named-timers.ts'
import type { Pty } from './pty.ts'

/** Keys are acknowledged together: the client needs it only to forget them. */
const ackEveryMs = 15
/** A program that reads nothing for so long is said to stall. */
const stallMs = 500
const ctrlC = 3
/** More than can go the short way in one message. */
const shortBytes = 128

export interface InputEvents {
  /** The terminal has taken everything before `inSeq` of this client. */
  readonly acknowledge: (client: string, inSeq: number) => void
  readonly stall: (on: boolean, queued: number) => void
}

export class InputPath {
  readonly #pty: Pty
  readonly #events: InputEvents
  readonly #ledger = new InputLedger()
  readonly #timers = new NamedTimers<'ack' | 'stall'>()
  #stalled = false

  constructor(pty: Pty, events: InputEvents) {
    this.#pty = pty
    this.#events = events
  }

  /** HELLO: gives what is there of this client's typing. */
  open(client: string, inSeq: number): InputState {
    return this.#ledger.open(client, inSeq)
  }

  /** What of an INPUT is new; throws when it breaks the numbering. */
  accept(client: string, inSeq: number, data: Uint8Array): Uint8Array {
    const fresh = this.#ledger.accept(client, inSeq, data)
    if (fresh.length === 0) this.#acknowledgeSoon()
    return fresh
  }

  /** Number of the next byte of this client, when it would go to the program at once; else -1. */
  next(client: string): number {
    return this.#pty.queued > 0 || this.#stalled ? -1 : this.#ledger.next(client, shortBytes)
  }

  /** Hands accepted bytes to the program. */
  write(fresh: Uint8Array): void {
    // The queue is full of what nobody reads: ^C is meant for the program, not for the end of the queue.
    if (this.#stalled && fresh.length === 1 && fresh[0] === ctrlC) {
      this.#pty.dropInput()
      signalForeground(this.#pty.pid, 'SIGINT')
    }
    this.#pty.write(fresh)
    this.#acknowledgeSoon()
    this.#watch()
  }

  /** Types for nobody: an answer that the worker itself gives. */
  inject(bytes: Buffer): void {
    // Keys that went the short way came first, also where the terminal is full from here on.
    this.#pty.settle()
    this.#ledger.inject(bytes.length)
    this.#pty.write(bytes)
  }

  /** Throws away what the program has not taken. */
  drop(): void {
    this.#pty.dropInput()
    this.progress()
  }

  /** The program read something, or what waited was dropped. */
  progress(): void {
    this.#acknowledgeSoon()
    this.#timers.cancel('stall')
    if (this.#pty.queued === 0) this.#setStalled(false)
    else this.#watch()
  }

  close(): void {
    this.#timers.cancelAll()
  }

  #watch(): void {
    if (this.#pty.queued === 0 || this.#stalled || this.#timers.has('stall')) return
    this.#timers.set('stall', stallMs, () => this.#setStalled(this.#pty.queued > 0))
  }

  #setStalled(on: boolean): void {
    if (on === this.#stalled) return
    this.#stalled = on
    this.#events.stall(on, this.#pty.queued)
  }

  #acknowledgeSoon(): void {
    if (this.#timers.has('ack')) return
    this.#timers.set('ack', ackEveryMs, () => {
      for (const [client, inSeq] of this.#ledger.written(this.#pty.written)) this.#events.acknowledge(client, inSeq)
    })
  }
}
