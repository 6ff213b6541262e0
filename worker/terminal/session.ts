/**
 * One terminal session: a program on a pseudo-terminal, its last output, and the viewers that are attached. It lives
 * on without viewers, and after its program's end until it is closed, so that a reload shows the last screen.
 */
import { randomBytes } from 'node:crypto'
import {
  closeCode,
  type Hello,
  resetReason,
  type ServerFrame,
  type TerminalControl,
  type TerminalExit,
  TerminalProtocolError,
  type TerminalRole,
  terminalLimits,
} from '@workshop/contracts/terminal-protocol'
import { flushDelay, shouldPause } from './flow.ts'
import { signalForeground } from './foreground.ts'
import { InputPath } from './input-path.ts'
import type { Launch } from './launch.ts'
import { NamedTimers } from './named-timers.ts'
import { type Pty, type PtySize, type SpawnPty, spawnPty } from './pty.ts'
import { ByteRing } from './ring.ts'
import { clampSize, sizeOwner } from './size.ts'
import { type Replay, Viewer, type ViewerLink, type ViewerSource } from './viewer.ts'

export interface SessionOptions {
  readonly id: string
  readonly launch: Launch
  readonly cols: number
  readonly rows: number
  readonly ringBytes?: number
  readonly spawn?: SpawnPty
  readonly now?: () => number
}

/** What lists and cards show. Times are milliseconds since 1970. */
export interface TerminalInfo {
  readonly id: string
  readonly pid: number
  readonly viewers: number
  readonly cols: number
  readonly rows: number
  readonly title: string
  readonly exit?: TerminalExit
  readonly lastOutputAt?: number
  readonly lastInputAt?: number
}

/** A window drag must not make the program repaint more often. */
const resizeEveryMs = 50
/** Between the polite and the hard end of a program. */
const killAfterMs = 2_000

export class TerminalSession implements ViewerSource {
  readonly id: string
  readonly #options: SessionOptions
  readonly #now: () => number
  readonly #viewers = new Map<number, Viewer>()
  readonly #exitListeners: ((exit: TerminalExit) => void)[] = []
  #ring: ByteRing
  #epoch = ''
  #pty: Pty
  #input: InputPath
  #size: PtySize
  #owner = 0
  #lastViewer = 0
  #uses = 0
  #exit: TerminalExit | undefined
  #title = ''
  #paused = false
  #closed = false
  #typed = false
  #flushedTo = 0
  #flushedAt = 0
  #lastOutputAt: number | undefined
  #lastInputAt: number | undefined
  #lastResizeAt = 0
  readonly #timers = new NamedTimers<'flush' | 'resize' | 'kill'>()

  /** Starts the program; throws as SpawnPty does. */
  constructor(options: SessionOptions) {
    this.id = options.id
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#size = clampSize(options)
    this.#ring = new ByteRing(options.ringBytes)
    this.#pty = this.#start(options.launch)
    this.#input = this.#typing()
  }

  get ring(): ByteRing {
    return this.#ring
  }

  get exit(): TerminalExit | undefined {
    return this.#exit
  }

  /** What stands for the past on a fresh screen. */
  async replay(): Promise<Replay> {
    return { offset: this.#ring.oldest, bytes: new Uint8Array(0), size: this.#size }
  }

  info(): TerminalInfo {
    return {
      id: this.id,
      pid: this.#pty.pid,
      viewers: this.#viewers.size,
      ...this.#size,
      title: this.#title,
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
      ...(this.#lastOutputAt === undefined ? {} : { lastOutputAt: this.#lastOutputAt }),
      ...(this.#lastInputAt === undefined ? {} : { lastInputAt: this.#lastInputAt }),
    }
  }

  /** After the program's last output; once per program, so again after a restart. */
  onExit(listener: (exit: TerminalExit) => void): void {
    this.#exitListeners.push(listener)
  }

  /** HELLO: says WELCOME and goes on where the client left off, or builds its screen. A client's newer socket wins. */
  attach(link: ViewerLink, hello: Hello, role: TerminalRole): Viewer {
    for (const other of this.#viewers.values()) {
      if (other.client === hello.client) this.detach(other, closeCode.replaced, 'this page connected again')
    }
    this.#lastViewer += 1
    const viewer = new Viewer(this.#lastViewer, hello, role, link)
    viewer.usedAt = ++this.#uses
    this.#viewers.set(viewer.id, viewer)
    this.#settleSize(true, viewer)
    const known = hello.epoch === this.#epoch
    const inSeq = this.#input.open(hello.client, known ? hello.inSeq : 0)
    viewer.send({
      type: 'welcome',
      welcome: {
        ...{ epoch: this.#epoch, role, viewer: viewer.id, inSeq, ...this.#size, owner: this.#owner },
        ...{ live: this.#ring.end, window: viewer.window, heartbeatMs: terminalLimits.heartbeatMs, title: this.#title },
        ...(this.#exit === undefined ? {} : { exit: this.#exit }),
      },
    })
    const { from } = hello
    if (known && from !== undefined && from >= this.#ring.oldest && from <= this.#ring.end) {
      viewer.resumeAt(from)
      viewer.pump(this)
    } else {
      const why = from === undefined ? resetReason.fresh : known ? resetReason.outOfRing : resetReason.newEpoch
      void viewer.restart(this, why)
    }
    this.#tellViewers()
    this.#settleFlow()
    return viewer
  }

  /** Lets a viewer go; the session goes on. */
  detach(viewer: Viewer, code: number, reason: string): void {
    if (!this.#viewers.delete(viewer.id)) return
    viewer.close(code, reason)
    this.#settleSize(false)
    this.#settleFlow()
    this.#tellViewers()
  }

  /** ACK of a viewer. */
  acknowledge(viewer: Viewer, offset: number): void {
    viewer.acknowledge(offset)
    viewer.pump(this)
    this.#settleFlow()
  }

  /** INPUT of a viewer. Its size counts from now on, before the key goes in. */
  input(viewer: Viewer, inSeq: number, data: Uint8Array): void {
    const fresh = this.#input.accept(viewer.client, inSeq, data)
    if (fresh.length === 0) return
    this.#lastInputAt = this.#now()
    viewer.usedAt = ++this.#uses
    this.#settleSize(true)
    this.#typed = true
    this.#input.write(fresh)
  }

  /** RESIZE of a viewer: a wish, granted when this viewer's size counts. */
  resize(viewer: Viewer, wish: Viewer['wish']): void {
    if (wish.visible && !viewer.wish.visible) viewer.usedAt = ++this.#uses
    viewer.wish = wish
    this.#settleSize(false)
  }

  /** CONTROL of a viewer. */
  control(viewer: Viewer, control: TerminalControl): void {
    if (control.action === 'take-size') {
      viewer.usedAt = ++this.#uses
      this.#settleSize(true)
    } else if (control.action === 'drop-input') this.#input.drop()
    else if (control.action === 'signal') signalForeground(this.#pty.pid, control.signal)
    else this.kill('SIGHUP')
  }

  /** Ends the program: politely first, and for good two seconds later. */
  kill(signal: NodeJS.Signals): void {
    if (this.#exit !== undefined) return
    this.#pty.kill(signal)
    const pty = this.#pty
    this.#timers.set('kill', killAfterMs, () => pty.kill('SIGKILL'))
  }

  /** Runs a new program in place of the old one. Attached viewers come back by themselves, to a new screen. */
  restart(launch: Launch): void {
    if (this.#closed) throw new TerminalProtocolError('the session is closed')
    this.#pty.kill('SIGKILL')
    this.#input.close()
    this.#timers.cancelAll()
    this.#ring = new ByteRing(this.#options.ringBytes)
    this.#exit = undefined
    this.#title = ''
    this.#paused = false
    this.#flushedTo = 0
    this.#pty = this.#start(launch)
    this.#input = this.#typing()
    this.#closeViewers(closeCode.restarted, 'a new program runs')
  }

  /** Tells every viewer. */
  announce(frame: Extract<ServerFrame, { type: 'event' }>['event']): void {
    for (const viewer of this.#viewers.values()) viewer.send({ type: 'event', event: frame })
  }

  /** Ends everything. `code` tells viewers whether to come back (`restarting`) or not (`ended`). */
  close(code: number = closeCode.ended, reason = 'the session was closed'): void {
    if (this.#closed) return
    this.#closed = true
    this.kill('SIGHUP')
    this.#closeViewers(code, reason)
    this.#input.close()
    this.#timers.cancel('flush')
    this.#timers.cancel('resize')
  }

  #start(launch: Launch): Pty {
    this.#epoch = randomBytes(9).toString('base64url')
    const mine = () => this.#pty === pty
    const pty: Pty = (this.#options.spawn ?? spawnPty)(launch, this.#size, {
      data: (chunk) => {
        if (mine()) this.#output(chunk)
      },
      exit: (exit) => {
        if (mine()) this.#ended(exit)
      },
      progress: () => {
        if (mine()) this.#input.progress()
      },
    })
    return pty
  }

  #typing(): InputPath {
    return new InputPath(this.#pty, {
      acknowledge: (client, inSeq) => {
        for (const viewer of this.#viewers.values())
          if (viewer.client === client) viewer.send({ type: 'inputAck', inSeq })
      },
      stall: (on, queued) => {
        for (const viewer of this.#viewers.values()) viewer.send({ type: 'inputStall', on, queued })
      },
    })
  }

  #output(chunk: Buffer): void {
    this.#ring.write(chunk)
    const now = this.#now()
    this.#lastOutputAt = now
    const delay = flushDelay(now - this.#flushedAt, this.#ring.end - this.#flushedTo, this.#typed)
    if (delay === 0) this.#flush()
    else if (!this.#timers.has('flush')) this.#timers.set('flush', delay, () => this.#flush())
    this.#settleFlow()
  }

  #flush(): void {
    this.#timers.cancel('flush')
    this.#typed = false
    this.#flushedAt = this.#now()
    this.#flushedTo = this.#ring.end
    for (const viewer of this.#viewers.values()) viewer.pump(this)
  }

  #ended(exit: TerminalExit): void {
    this.#exit = exit
    this.#timers.cancel('kill')
    this.#input.progress()
    this.#flush()
    for (const listener of this.#exitListeners) listener(exit)
  }

  #settleFlow(): void {
    const acked: number[] = []
    for (const viewer of this.#viewers.values()) if (viewer.role === 'control') acked.push(viewer.acked)
    const pause = shouldPause(this.#paused, this.#ring.end, acked, this.#ring.capacity)
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#pty.pause()
    else this.#pty.resume()
  }

  /** `now` skips the pause between two resizes: a key must find its viewer's size. A newcomer reads it in WELCOME. */
  #settleSize(now: boolean, newcomer?: Viewer): void {
    const owner = sizeOwner([...this.#viewers.values()])
    const wait = this.#lastResizeAt + resizeEveryMs - this.#now()
    if (!now && wait > 0) {
      if (!this.#timers.has('resize')) this.#timers.set('resize', wait, () => this.#settleSize(true))
      return
    }
    this.#timers.cancel('resize')
    const size = owner === undefined ? this.#size : clampSize(owner.wish)
    const same = size.cols === this.#size.cols && size.rows === this.#size.rows
    if (same && (owner?.id ?? 0) === this.#owner) return
    this.#owner = owner?.id ?? 0
    if (!same) {
      this.#size = size
      this.#lastResizeAt = this.#now()
      this.#pty.resize(size.cols, size.rows)
    }
    for (const viewer of this.#viewers.values()) {
      if (viewer === newcomer) continue
      viewer.send({ type: 'size', ...this.#size, owner: this.#owner, offset: this.#ring.end })
    }
  }

  #tellViewers(): void {
    this.announce({ kind: 'viewers', count: this.#viewers.size })
  }

  #closeViewers(code: number, reason: string): void {
    const viewers = [...this.#viewers.values()]
    this.#viewers.clear()
    for (const viewer of viewers) viewer.close(code, reason)
  }
}
