/**
 * Counts typing per client, so that each byte reaches the program once: what a client resends is cut off, what the
 * terminal has taken is acknowledged, and what is missing is an error. Pure bookkeeping.
 */
import { TerminalProtocolError, terminalLimits } from '@workshop/contracts/terminal-protocol'

/** Clients remembered after they left; one is a page load. */
const rememberedClients = 64

interface Account {
  accepted: number
  written: number
}

/** Where a client's typing stands. */
export interface InputState {
  /** Bytes that the session has from this client. */
  readonly accepted: number
  /** Bytes of these that the terminal has taken. */
  readonly written: number
}

interface Mark {
  readonly client: string
  readonly seq: number
  /** Bytes of all clients up to here. */
  readonly total: number
}

export class InputLedger {
  readonly #accounts = new Map<string, Account>()
  #marks: Mark[] = []
  #total = 0

  /** HELLO: what the session has of this client's typing. An unknown client starts where it says. */
  open(client: string, inSeq: number): InputState {
    const account = this.#accounts.get(client) ?? { accepted: inSeq, written: inSeq }
    this.#accounts.delete(client)
    this.#accounts.set(client, account)
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= rememberedClients) break
      this.#accounts.delete(oldest)
    }
    return { ...account }
  }

  /** INPUT: the part that is new. Throws when bytes before it are missing or the client outruns its window. */
  accept(client: string, inSeq: number, data: Uint8Array): Uint8Array {
    const account = this.#account(client)
    if (inSeq > account.accepted) throw new TerminalProtocolError(`input ${account.accepted} to ${inSeq} is missing`)
    const fresh = inSeq === account.accepted ? data : data.subarray(Math.min(data.length, account.accepted - inSeq))
    if (account.accepted + fresh.length - account.written > terminalLimits.inputWindow) {
      throw new TerminalProtocolError('input came faster than it was acknowledged')
    }
    if (fresh.length === 0) return fresh
    account.accepted += fresh.length
    this.#total += fresh.length
    this.#marks.push({ client, seq: account.accepted, total: this.#total })
    return fresh
  }

  /** Number of the next byte of this client when `room` more are welcome; else -1. */
  next(client: string, room: number): number {
    const account = this.#accounts.get(client)
    if (account === undefined || account.accepted + room - account.written > terminalLimits.inputWindow) return -1
    return account.accepted
  }

  /** Bytes that go to the terminal and are no client's. */
  inject(length: number): void {
    this.#total += length
  }

  /** The terminal has taken (or dropped) `total` bytes of all clients; gives the acknowledgements that are due. */
  written(total: number): ReadonlyMap<string, number> {
    const due = new Map<string, number>()
    const left = this.#marks.findIndex((mark) => mark.total > total)
    const done = this.#marks.splice(0, left === -1 ? this.#marks.length : left)
    for (const { client, seq } of done) {
      const account = this.#accounts.get(client)
      if (account !== undefined) account.written = Math.max(account.written, seq)
      due.set(client, seq)
    }
    return due
  }

  #account(client: string): Account {
    const account = this.#accounts.get(client)
    if (account === undefined) throw new TerminalProtocolError('input came before HELLO')
    return account
  }
}
