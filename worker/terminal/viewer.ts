/** One attached browser: where it stands in the output, and what goes to it next. */
import { encodeServer, outputHeader, writeOutputHeader } from '@workshop/contracts/terminal-encode'
import {
  type Hello,
  type ResetReason,
  resetReason,
  type ServerFrame,
  type TerminalExit,
  TerminalProtocolError,
  type TerminalRole,
  terminalLimits,
} from '@workshop/contracts/terminal-protocol'
import { grantWindow, sendable } from './flow.ts'
import type { PtySize } from './pty.ts'
import type { NativeConnection } from './pty-native.ts'
import type { ByteRing } from './ring.ts'
import type { Shortcut } from './terminal-end.ts'

/** The socket as a viewer needs it. */
export interface ViewerLink {
  /** Sends one frame, `body` being its rest; after the call the memory of both is the caller's again. */
  readonly send: (bytes: Uint8Array, body?: Uint8Array) => void
  /** Bytes in the socket's own queue. */
  readonly queued: () => number
  /** Our native part's end of it, where there is one. */
  readonly wire?: NativeConnection | undefined
  /** Comes once, later, when what is queued now is written. */
  readonly onDrained: (listener: () => void) => void
  readonly close: (code: number, reason: string) => void
}

/** A frame that was sent in pieces, as a copy. */
export function wholeFrame(bytes: Uint8Array, body?: Uint8Array): Uint8Array {
  return body === undefined ? Uint8Array.from(bytes) : Buffer.concat([bytes, body])
}

/** What stands for the output before `offset` on a fresh screen. */
export interface Replay {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly size: PtySize
}

/** What a viewer reads from its session. */
export interface ViewerSource {
  readonly ring: ByteRing
  readonly exit: TerminalExit | undefined
  readonly replay: () => Promise<Replay>
  /** SIZE frames for someone who has seen all output before `offset`; see SizeMarks.from. */
  readonly sizesFrom: (offset: number) => readonly ServerFrame[]
  /** A viewer stands elsewhere than before: may the program go on? */
  readonly settleFlow: () => void
}

/** The head of an OUTPUT frame; its body is sent from the ring. */
const outputHead = Buffer.allocUnsafeSlow(outputHeader)

export class Viewer {
  readonly id: number
  readonly client: string
  readonly role: TerminalRole
  /** Who looks; empty when nobody was named. */
  readonly email: string
  readonly window: number
  wish: PtySize & { readonly visible: boolean }
  usedAt: number
  readonly #link: ViewerLink
  #sent = 0
  #acked = 0
  /** Waiting for its past: no output may be sent. Counted, so that a newer replay makes an older one void. */
  #replaying = 1
  #draining = false
  #exitSent = false
  #closed = false

  constructor(id: number, usedAt: number, hello: Hello, role: TerminalRole, link: ViewerLink, email = '') {
    this.id = id
    this.client = hello.client
    this.role = role
    this.email = email
    this.window = grantWindow(hello.window)
    this.wish = { cols: hello.cols, rows: hello.rows, visible: hello.visible }
    this.usedAt = usedAt
    this.#link = link
  }

  /** A viewer that counts for nothing and has no keyboard. */
  static recorder(link: ViewerLink): Viewer {
    const size = { cols: 0, rows: 0, visible: false }
    const hello = { session: '', client: '', inSeq: 0, ...size, role: 'view', window: terminalLimits.window } as const
    return new Viewer(0, 0, hello, 'view', link)
  }

  /** Everything before it is parsed by this viewer. */
  get acked(): number {
    return this.#acked
  }

  /** Does it still wait for the past? What comes meanwhile is history to its terminal, which answers no question in it. */
  get isReplaying(): boolean {
    return this.#replaying > 0
  }

  /** What may go to and fro at once when output goes on at `end`; `nextKey`: number of the next byte from this client. */
  shortcut(end: number, nextKey: number): Shortcut | undefined {
    const { wire } = this.#link
    if (wire === undefined || this.#closed || this.#replaying > 0) return undefined
    const isNear = this.#sent === end && this.#link.queued() === 0
    const allowance = isNear ? Math.max(0, this.#acked + this.window - end) : 0
    return { wire, offset: end, allowance, nextKey: this.role === 'control' ? nextKey : -1 }
  }

  /** So many bytes more went the short way. */
  shown(bytes: number): void {
    this.#sent += bytes
  }

  /** Goes on at `offset` without touching the screen. */
  resume(source: ViewerSource, offset: number): void {
    this.#sent = offset
    this.#acked = offset
    this.#replaying = 0
    for (const frame of source.sizesFrom(offset)) this.send(frame)
    this.pump(source)
    // A program that waited for this viewer may have nothing more to send it, so that no ACK would free it.
    source.settleFlow()
  }

  /** Builds the screen anew, then goes on from where the replay ends. */
  async restart(source: ViewerSource, why: ResetReason): Promise<void> {
    this.#replaying += 1
    this.#exitSent = false
    const turn = this.#replaying
    const { offset, bytes, size } = await source.replay()
    if (this.#closed || turn !== this.#replaying) return
    this.send({ type: 'reset', offset, live: source.ring.end, ...size, why })
    this.#sendReplay(offset, bytes)
    this.resume(source, offset)
  }

  /** Sends what the window and the socket allow. */
  pump(source: ViewerSource): void {
    const { ring } = source
    if (this.#closed || this.#replaying > 0) return
    if (this.#sent < ring.oldest) {
      // Too slow for the ring. What is on its way comes first: a screen is built anew once, not at every frame.
      if (this.#acked >= this.#sent) void this.restart(source, resetReason.outOfRing)
      return
    }
    for (;;) {
      const length = sendable(
        { sent: this.#sent, acked: this.#acked, window: this.window },
        ring.end,
        this.#link.queued(),
      )
      if (length === 0) break
      this.#sendOutput(source.ring, length)
    }
    this.#awaitDrain(source)
    if (source.exit !== undefined && this.#sent === ring.end && !this.#exitSent) {
      this.#exitSent = true
      this.send({ type: 'exit', offset: ring.end, exit: source.exit })
    }
  }

  /** ACK. An older one than the last is late, and harmless. */
  acknowledge(offset: number): void {
    if (this.#replaying > 0) return
    if (offset > this.#sent) throw new TerminalProtocolError(`ACK ${offset} is beyond what was sent, ${this.#sent}`)
    this.#acked = Math.max(this.#acked, offset)
  }

  send(frame: ServerFrame): void {
    if (!this.#closed) this.#link.send(encodeServer(frame))
  }

  /** Ends it; nothing is sent any more. */
  close(code: number, reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#link.close(code, reason)
  }

  /** Up to `length` bytes, as far as they lie in one piece. */
  #sendOutput(ring: ByteRing, length: number): void {
    const body = ring.run(this.#sent, this.#sent + length)
    writeOutputHeader(outputHead, this.#sent)
    this.#sent += body.length
    this.#link.send(outputHead, body)
  }

  /** What the socket has no room for now is sent when it has. */
  #awaitDrain(source: ViewerSource): void {
    if (this.#draining || this.#link.queued() === 0) return
    this.#draining = true
    this.#link.onDrained(() => {
      this.#draining = false
      this.pump(source)
    })
  }

  #sendReplay(offset: number, bytes: Uint8Array): void {
    let at = 0
    do {
      const data = bytes.subarray(at, at + terminalLimits.maxData)
      at += data.length
      this.send({ type: 'replay', offset, last: at >= bytes.length, data })
    } while (at < bytes.length)
  }
}
