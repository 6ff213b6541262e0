/**
 * A WebSocket on a connection that our native part reads and writes. Between it and the kernel there is no stream: what a
 * key costs on its way in and its echo on its way out is what people feel.
 */
import { terminalLimits } from '@workshop/contracts/terminal-protocol'
import type { NativeConnection, OwnNative } from '../pty-native.ts'
import { maxHeadBytes, writeHead, wsOpcode } from './message-head.ts'
import { BrokenMessage, MessageReader } from './message-reader.ts'
import { closeReason, closeWithinMs, type SocketListener, type TerminalSocket } from './terminal-socket.ts'

/** Below it, copying a frame behind its head is cheaper than handing on a second piece. */
const smallBytes = 1_024
/** Every connection's bytes come here, and are read before the next. */
const incoming = Buffer.allocUnsafeSlow(65_536)
/** Heads, and small frames with them; the kernel has taken it, or it was copied, when a call is over. */
const outgoing = Buffer.allocUnsafeSlow(maxHeadBytes + smallBytes)

/** What the native part tells instead of a length. */
const ended = 0
const hasRoom = -1

const nothing = new Uint8Array(0)

export class NativeSocket implements TerminalSocket {
  readonly #native: OwnNative
  readonly #wire: NativeConnection
  readonly #reader: MessageReader
  readonly #closedListeners: (() => void)[] = []
  #listener: SocketListener | undefined
  #state: 'open' | 'closing' | 'closed' = 'open'
  #closeTimer: NodeJS.Timeout | undefined
  #queue: Buffer[] = []
  #queued = 0
  #isEnding = false
  #drained: (() => void)[] = []

  /** Watches a copy of the socket `fd`, whose handshake is done. Throws when it cannot. */
  constructor(native: OwnNative, fd: number) {
    this.#native = native
    this.#reader = new MessageReader(terminalLimits.maxFrame, {
      message: (data, isBinary) => {
        if (this.#state === 'open') this.#listener?.message(data, isBinary)
      },
      ping: (data) => this.#write(wsOpcode.pong, data),
      pong: () => this.#listener?.pong(),
      close: (code) => this.#peerCloses(code),
      isOver: () => this.#state === 'closed' || this.#isEnding,
    })
    this.#wire = native.connect(fd, incoming, (news) => this.#on(news))
  }

  /** For the short way; none behind the beginning of a message that has not come whole, nor behind a close. */
  get wire(): NativeConnection | undefined {
    return this.#state === 'open' && this.#reader.isIdle ? this.#wire : undefined
  }

  isOpen(): boolean {
    return this.#state === 'open'
  }

  listen(listener: SocketListener): void {
    this.#listener = listener
  }

  onClosed(listener: () => void): void {
    this.#closedListeners.push(listener)
  }

  queued(): number {
    return this.#queued
  }

  onDrained(listener: () => void): void {
    this.#drained.push(listener)
  }

  send(bytes: Uint8Array, body?: Uint8Array): void {
    if (this.#state === 'open') this.#write(wsOpcode.binary, bytes, body)
  }

  ping(): void {
    if (this.#state === 'open') this.#write(wsOpcode.ping, nothing)
  }

  close(code: number, reason: string): void {
    // Keys that went the short way must be heard of while somebody listens.
    if (this.#state === 'open') this.#native.part(this.#wire)
    if (this.#state !== 'open') return
    const text = closeReason(reason)
    const data = Buffer.allocUnsafe(2 + text.length)
    data.writeUInt16BE(code)
    data.set(text, 2)
    this.#write(wsOpcode.close, data)
    this.#state = 'closing'
    this.#closeTimer = setTimeout(() => this.terminate(), closeWithinMs)
  }

  terminate(): void {
    if (this.#state === 'open') this.#native.part(this.#wire)
    if (this.#state === 'closed') return
    this.#state = 'closed'
    clearTimeout(this.#closeTimer)
    this.#native.close(this.#wire)
    this.#queue = []
    this.#queued = 0
    for (const listener of this.#closedListeners) listener()
  }

  /** Bytes that came with the handshake. */
  receive(bytes: Buffer): void {
    try {
      this.#reader.read(bytes)
      if (!this.#reader.isIdle) this.#native.part(this.#wire)
    } catch (error) {
      if (!(error instanceof BrokenMessage)) throw error
      this.close(error.closeCode, error.message)
      this.#endSoon()
    }
  }

  #on(news: number): void {
    if (news === hasRoom) this.#drain()
    else if (news === ended) this.terminate()
    else if (this.#state !== 'closed' && !this.#isEnding) this.receive(incoming.subarray(0, news))
  }

  #peerCloses(code: number): void {
    this.close(code === 1005 ? 1000 : code, '')
    this.#endSoon()
  }

  /** Both have said that they go. */
  #endSoon(): void {
    this.#isEnding = true
    if (this.#queued === 0) this.#native.end(this.#wire)
  }

  /** One message; copied where the kernel has no room for it now. */
  #write(opcode: number, bytes: Uint8Array, body: Uint8Array = nothing): void {
    if (this.#state === 'closed') return
    const isSmall = bytes.length <= smallBytes
    let head = writeHead(outgoing, opcode, bytes.length + body.length)
    if (isSmall) {
      outgoing.set(bytes, head)
      head += bytes.length
    } else if (body.length > 0) throw new RangeError(`the first of two pieces has ${bytes.length} bytes`)
    const rest = isSmall ? body : bytes
    const length = head + rest.length
    const taken = this.#queued > 0 ? 0 : this.#native.send(this.#wire, outgoing, head, rest)
    // Gone: its end is about to be told.
    if (taken < 0 || taken === length) return
    const left = Buffer.allocUnsafe(length - taken)
    if (taken < head) left.set(outgoing.subarray(taken, head))
    left.set(rest.subarray(Math.max(0, taken - head)), Math.max(0, head - taken))
    this.#queue.push(left)
    this.#queued += left.length
    this.#native.awaitRoom(this.#wire)
  }

  #drain(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const taken = this.#native.send(this.#wire, first, first.length)
      if (taken < 0) return
      this.#queued -= taken
      if (taken < first.length) {
        this.#queue[0] = first.subarray(taken)
        this.#native.awaitRoom(this.#wire)
        return
      }
      this.#queue.shift()
    }
    if (this.#isEnding) this.#native.end(this.#wire)
    const drained = this.#drained
    this.#drained = []
    for (const tell of drained) tell()
  }
}
