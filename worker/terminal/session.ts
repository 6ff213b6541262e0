/**
 * One terminal session: a program on a pseudo-terminal, its last output, and the viewers that are attached. It lives
 * on without viewers, and after its program's end until it is closed, so that a reload shows the last screen.
 */
import {
  closeCode,
  type Hello,
  resetReason,
  type ServerFrame,
  type TerminalControl,
  type TerminalEvent,
  type TerminalExit,
  type TerminalRole,
  terminalLimits,
} from '@workshop/contracts/terminal-protocol'
import type { Launch } from './launch.ts'
import { Life } from './life.ts'
import { spawnPty } from './pty.ts'
import type { ByteRing } from './ring.ts'
import { screens } from './screens.ts'
import type { SessionOptions, TerminalInfo } from './session-options.ts'
import { SharedSize } from './shared-size.ts'
import type { Holds } from './terminal-end.ts'
import { type Replay, Viewer, type ViewerLink, type ViewerSource } from './viewer.ts'
import { Viewers } from './viewers.ts'

export class TerminalSession implements ViewerSource {
  readonly id: string
  readonly #options: SessionOptions
  readonly #now: () => number
  readonly #size: SharedSize
  readonly #viewers = new Viewers()
  readonly #exitListeners: ((exit: TerminalExit) => void)[] = []
  #life: Life
  #lastViewer = 0
  #uses = 0
  #closed = false
  #lastOutputAt: number | undefined
  #lastInputAt: number | undefined

  /** Starts the program; throws as SpawnPty does. */
  constructor(options: SessionOptions) {
    this.id = options.id
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#size = new SharedSize(options, this.#now, () => this.#settleSize(true))
    this.#life = this.#start(options.launch)
  }

  get ring(): ByteRing {
    return this.#life.history.ring
  }

  get exit(): TerminalExit | undefined {
    return this.#life.exit
  }

  /** What stands for the past on a fresh screen. */
  replay(): Promise<Replay> {
    this.#life.pty.settle()
    return this.#life.history.replay()
  }

  sizesFrom(offset: number): readonly ServerFrame[] {
    const { owner } = this.#size
    return this.#life.history.sizes.from(offset).map((mark) => ({
      ...{ type: 'size', ...mark.size, owner, offset: mark.offset },
    }))
  }

  info(): TerminalInfo {
    const { pty, title, exit } = this.#life
    return {
      ...{ id: this.id, pid: pty.pid, viewers: this.#viewers.size, watchers: this.#viewers.watchers },
      ...{ ...this.#size.size, title },
      ...(exit === undefined ? {} : { exit }),
      ...(this.#lastOutputAt === undefined ? {} : { lastOutputAt: this.#lastOutputAt }),
      ...(this.#lastInputAt === undefined ? {} : { lastInputAt: this.#lastInputAt }),
    }
  }

  /** After the program's last output; once per program, so again after a restart. */
  onExit(listener: (exit: TerminalExit) => void): void {
    this.#exitListeners.push(listener)
  }

  /** HELLO: says WELCOME and goes on where the client left off, or builds its screen. A client's newer socket wins. */
  attach(link: ViewerLink, hello: Hello, role: TerminalRole, email = ''): Viewer {
    for (const other of this.#viewers.list()) {
      if (other.client === hello.client && other.email === email)
        this.detach(other, closeCode.replaced, 'this page connected again')
    }
    // The one who typed last has a short way, and what it was shown is about to be the newcomer's past.
    this.#life.pty.settle()
    this.#lastViewer += 1
    this.#uses += 1
    const viewer = new Viewer(this.#lastViewer, this.#uses, hello, role, link, email)
    this.#viewers.add(viewer)
    this.#settleSize(true, viewer)
    const { epoch, input, exit, title, tty } = this.#life
    const known = hello.epoch === epoch
    const { accepted: inSeq, written } = input.open(hello.client, known ? hello.inSeq : 0)
    const { size, owner } = this.#size
    const state = { epoch, role, viewer: viewer.id, inSeq, ...size, owner, live: this.ring.end, title }
    const terms = { window: viewer.window, heartbeatMs: terminalLimits.heartbeatMs }
    viewer.send({ type: 'welcome', welcome: { ...state, ...terms, ...(exit === undefined ? {} : { exit }) } })
    // Acknowledgements of the time without a connection reached nobody.
    viewer.send({ type: 'inputAck', inSeq: written })
    if (tty.state !== undefined) viewer.send({ type: 'event', event: { kind: 'tty', ...tty.state } })
    this.#bringUp(viewer, hello.from, known)
    this.announce(this.#viewers.presence())
    this.settleFlow()
    return viewer
  }

  /** Everything that a viewer sees goes to `link` too, which nobody notices and nobody waits for. Acknowledge what it takes. */
  record(link: ViewerLink): Viewer {
    const recorder = Viewer.recorder(link)
    this.#viewers.recorder = recorder
    void recorder.restart(this, resetReason.fresh)
    return recorder
  }

  /** Lets a viewer go; the session goes on. */
  detach(viewer: Viewer, code: number, reason: string): void {
    if (!this.#viewers.remove(viewer)) return
    viewer.close(code, reason)
    this.#settleSize(false)
    this.settleFlow()
    this.announce(this.#viewers.presence())
  }

  /** Nobody may look on any more. */
  dropWatchers(): void {
    for (const viewer of this.#viewers.list()) {
      if (viewer.role === 'view') this.detach(viewer, closeCode.forbidden, 'its owner shows it no longer')
    }
  }

  /** ACK of a viewer; throws when it acknowledges what was never sent. */
  acknowledge(viewer: Viewer, offset: number): void {
    viewer.acknowledge(offset)
    viewer.pump(this)
    this.settleFlow()
  }

  /** INPUT of a viewer, whose size counts from now on, before the key goes in; throws when the numbering is broken. */
  input(viewer: Viewer, inSeq: number, data: Uint8Array): void {
    this.#settle(viewer)
    const fresh = this.#life.input.accept(viewer.client, inSeq, data)
    if (fresh.length === 0) return
    // Whoever types on has the size that they typed with, unless a wish of theirs still waits.
    if (viewer.usedAt !== this.#uses || this.#size.isWaiting) {
      this.#use(viewer)
      this.#settleSize(true)
    }
    this.#life.type(fresh)
    this.#lastInputAt = this.#now()
    this.#shorten()
  }

  /** RESIZE of a viewer: a wish, granted when this viewer's size counts. */
  resize(viewer: Viewer, wish: Viewer['wish']): void {
    this.#settle(viewer)
    if (wish.visible && !viewer.wish.visible) this.#use(viewer)
    viewer.wish = wish
    this.#settleSize(false)
  }

  /** CONTROL of a viewer. */
  control(viewer: Viewer, control: TerminalControl): void {
    this.#settle(viewer)
    if (control.action === 'take-size') {
      this.#use(viewer)
      this.#settleSize(true)
    } else if (control.action === 'drop-input') this.#life.input.drop()
    else if (control.action === 'signal') this.#life.signal(control.signal)
    else this.kill('SIGHUP')
  }

  /** Ends the program: politely first, and for good two seconds later. */
  kill(signal: NodeJS.Signals): void {
    this.#life.kill(signal)
  }

  /** Runs a new program in place of the old one. Attached viewers come back by themselves, to a new screen. */
  restart(launch: Launch): void {
    this.#life.pty.kill('SIGKILL')
    this.#size.cancel()
    this.#life.close()
    this.#life = this.#start(launch)
    this.#viewers.closeAll(closeCode.restarted, 'a new program runs')
  }

  /** Tells every viewer. */
  announce(event: TerminalEvent): void {
    this.#viewers.tell({ type: 'event', event })
  }

  /** Ends everything. `code` tells viewers whether to come back (`restarting`) or not (`ended`). */
  close(code: number = closeCode.ended, reason = 'the session was closed'): void {
    if (this.#closed) return
    this.#closed = true
    this.kill('SIGHUP')
    this.#viewers.closeAll(code, reason)
    this.#size.cancel()
    this.#life.close()
  }

  #start(launch: Launch): Life {
    const { spawn = spawnPty, screens: models = screens, ringBytes } = this.#options
    const { cols, rows } = this.#size.size
    const life: Life = new Life(
      { launch, size: { cols, rows }, spawn, screens: models, ringBytes },
      {
        output: (chunk, holds, shown) => this.#output(chunk, holds, shown),
        title: (title) => this.announce({ kind: 'title', title }),
        tty: (state) => this.announce({ kind: 'tty', ...state }),
        exit: (exit) => {
          if (this.#life === life) this.#ended(exit)
        },
        caughtUp: () => this.settleFlow(),
        acknowledge: (client, inSeq) =>
          this.#viewers.tell({ type: 'inputAck', inSeq }, (viewer) => viewer.client === client),
        stall: (on, queued) => this.#viewers.tell({ type: 'inputStall', on, queued }),
      },
    )
    return life
  }

  #bringUp(viewer: Viewer, from: number | undefined, known: boolean): void {
    if (known && from !== undefined && from >= this.ring.oldest && from <= this.ring.end) {
      viewer.resume(this, from)
    } else {
      const why = from === undefined ? resetReason.fresh : known ? resetReason.outOfRing : resetReason.newEpoch
      void viewer.restart(this, why)
    }
  }

  /** Output comes in batches (PtyEvents): what is there goes out. */
  #output(chunk: Buffer, holds: Holds | undefined, shown: boolean): void {
    this.#flush()
    this.#lastOutputAt = this.#now()
    this.#life.settleFlow(this.#viewers.fastest())
    // What went the short way left it open.
    if (!shown) this.#shorten()
    this.#life.answer(chunk, holds, !this.#viewers.answers(this.#size.owner))
  }

  #flush(): void {
    this.#life.tty.look()
    this.#viewers.pump(this)
  }

  #ended(exit: TerminalExit): void {
    this.#flush()
    for (const listener of this.#exitListeners) listener(exit)
  }

  /** Lets the program run or wait for its fastest viewer. */
  settleFlow(): void {
    this.#life.settleFlow(this.#viewers.fastest())
    this.#shorten()
  }

  /** Only who typed last has a short way: a key of another one may change the size first. */
  #shorten(): void {
    this.#life.shorten(() => (this.#size.isWaiting ? undefined : this.#viewers.latest(this.#uses)))
  }

  #settleSize(atOnce: boolean, newcomer?: Viewer): void {
    this.#grantSize(atOnce, newcomer)
    this.#shorten()
  }

  #grantSize(atOnce: boolean, newcomer?: Viewer): void {
    const changed = this.#size.settle(this.#viewers.list(), atOnce)
    if (changed === 'nothing') return
    const { size, owner } = this.#size
    if (changed === 'size') this.#life.resize(size)
    // A newcomer reads it in WELCOME.
    this.#viewers.tell({ type: 'size', ...size, owner, offset: this.ring.end }, (viewer) => viewer !== newcomer)
  }

  /** Keys of another one that went the short way came before what this one wants. */
  #settle(viewer: Viewer): void {
    if (viewer.usedAt !== this.#uses) this.#life.pty.settle()
  }

  #use(viewer: Viewer): void {
    this.#uses += 1
    viewer.usedAt = this.#uses
  }
}
