/**
 * One terminal's connection, without a screen of its own: resumes from the offset that it has, resends input until it
 * is acknowledged, acknowledges output once the screen has parsed it. Sockets, timers and randomness come from outside.
 */
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { encodeClient } from '@workshop/contracts/terminal-encode'
import {
  type ClientFrame,
  closeCode,
  type ServerFrame,
  type TerminalControl,
  type TerminalEvent,
  TerminalProtocolError,
  terminalLimits,
  type Welcome,
} from '@workshop/contracts/terminal-protocol'
import { InputQueue } from './input-queue.ts'
import { NamedTimers } from './named-timers.ts'
import { OutputFeed } from './output-feed.ts'
import { Pulse } from './pulse.ts'
import { finalEnd, nextAttemptMs } from './reconnect-delay.ts'
import { SizeWish } from './size-wish.ts'
import type { TermClientOptions, TermSocket, TermState } from './term-options.ts'
import { isTerminalReply } from './terminal-reply.ts'
import { TornLine } from './torn-line.ts'

const connectWithinMs = 10_000

const text = new TextEncoder()
export class TermClient {
  readonly #options: TermClientOptions
  readonly #feed: OutputFeed
  readonly #input = new InputQueue()
  #state: TermState = { name: 'preparing' }
  #socket: TermSocket | undefined
  /** Tells events of the present socket from those of earlier ones. */
  #life = 0
  #attempt = 0
  #welcome: Welcome | undefined
  #viewers = 1
  #owner = 0
  #acked = 0
  readonly #size: SizeWish
  readonly #line = new TornLine()
  readonly #timers: NamedTimers<'retry' | 'ack' | 'connect'>
  readonly #pulse: Pulse

  constructor(options: TermClientOptions) {
    this.#options = options
    this.#size = new SizeWish(options.size, options.clock, (size) => this.#send({ type: 'resize', ...size }))
    this.#timers = new NamedTimers(options.clock)
    this.#feed = new OutputFeed(options.screen, () => this.#acknowledge())
    this.#pulse = new Pulse(options.clock, {
      ping: (time) => this.#send({ type: 'ping', time }),
      roundTrip: (ms) => options.events.roundTrip?.(ms),
      dead: () => this.#lost('no answer'),
    })
  }

  get state(): TermState {
    return this.#state
  }

  /** Names the life of the program that gets what is typed; undefined while that is not known. */
  get program(): string | undefined {
    return this.#state.name === 'live' || this.#state.name === 'reconnecting' ? this.#welcome?.epoch : undefined
  }

  /** Is history being parsed? What a program once asked of the clipboard or the bell is then long over. */
  get replaying(): boolean {
    return this.#feed.muted
  }

  /** Number of the next byte that is typed; `taken` of the events counts the same way. */
  get inputEnd(): number {
    return this.#input.end
  }

  /** Connects; the session must exist. */
  start(): void {
    this.#enter({ name: 'connecting' })
    this.#dial()
  }

  /** At once instead of at the end of the wait: the browser came online, the page became visible, a button. */
  reconnectNow(): void {
    if (this.#state.name === 'preparing') return
    if (this.#state.name === 'live') this.#pulse.beat()
    else {
      this.#attempt = 0
      this.#dial()
    }
  }

  /** What xterm.js gives in `onData` (or a paste, already cleaned). Answers of a terminal that is not asked are left out. */
  input(data: string): void {
    if (this.#options.role === 'view') return
    const answering = this.#feed.muted || (this.#viewers > 1 && this.#owner !== this.#welcome?.viewer)
    const reply = isTerminalReply(data)
    if (answering && reply) return
    const bytes = text.encode(data)
    const whole = reply || this.#line.typed(data, this.#options.clock.now())
    if (!whole || !this.#input.push(bytes)) this.#options.events.inputDropped?.(bytes.length)
    this.#sendInput()
    this.#pulse.typing()
  }

  /** What this page has room for; the server decides whose size counts. */
  resize(cols: number, rows: number, visible: boolean): void {
    this.#size.wish({ cols, rows, visible }, this.#state.name === 'live')
  }

  /** Throws away typing that the program has not taken, here and on the worker. */
  dropInput(): void {
    this.#input.dropUnsent()
    this.control({ action: 'drop-input' })
  }

  /** `take-size` makes this page's size the one that counts; `signal` goes to the program in the foreground, `kill` to all. */
  control(control: TerminalControl): void {
    this.#send({ type: 'control', control })
  }

  /** Lets go of everything; the session goes on. */
  close(): void {
    this.#hangUp()
    if (this.#state.name !== 'ended') this.#enter({ name: 'ended', end: { why: 'closed' } })
  }

  #dial(): void {
    this.#hangUp()
    const life = this.#life
    if (this.#state.name === 'reconnecting') {
      this.#enter({ name: 'reconnecting', attempt: this.#attempt, message: this.#state.message })
    }
    const mine = (run: () => void) => {
      if (life === this.#life) run()
    }
    this.#timers.set('connect', connectWithinMs, () => this.#lost('no answer'))
    this.#socket = this.#options.connect({
      open: () => mine(() => this.#hello()),
      message: (bytes) => mine(() => this.#receive(bytes)),
      close: (code, reason) => mine(() => this.#closed(code, reason)),
    })
  }

  #hello(): void {
    const { session, clientId, role, window = terminalLimits.window } = this.#options
    const known = this.#welcome === undefined ? {} : { epoch: this.#welcome.epoch, ...this.#feed.resumeFrom }
    const mine = { client: clientId, inSeq: this.#input.base, ...this.#size.inHello(), role }
    this.#send({ type: 'hello', hello: { session, ...mine, ...known, window } })
  }

  #receive(bytes: Uint8Array): void {
    try {
      this.#handle(decodeServer(bytes))
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error
      this.#lost(error.message)
    }
  }

  #handle(frame: ServerFrame): void {
    const { events } = this.#options
    switch (frame.type) {
      case 'welcome':
        this.#welcomed(frame.welcome)
        break
      case 'output':
        this.#feed.output(frame.offset, frame.data)
        break
      case 'reset':
        this.#acked = frame.offset
        this.#feed.reset(frame.offset, frame.live, frame.cols, frame.rows)
        break
      case 'replay':
        this.#feed.replay(frame.data, frame.last)
        break
      case 'inputAck':
        this.#input.acknowledge(frame.inSeq)
        events.taken?.(frame.inSeq)
        this.#sendInput()
        break
      case 'inputStall':
        events.stall?.(frame)
        break
      case 'size':
        this.#owner = frame.owner
        this.#feed.size(frame.cols, frame.rows, frame.offset)
        events.size?.({ cols: frame.cols, rows: frame.rows, own: frame.owner === this.#welcome?.viewer })
        break
      case 'exit':
        this.#enter({ name: 'ended', end: { why: 'exit', exit: frame.exit } })
        break
      case 'event':
        this.#event(frame.event)
        break
      case 'ping':
        this.#send({ type: 'pong', time: frame.time })
        break
      case 'pong':
        this.#pulse.heard(frame.time)
        break
    }
  }

  #welcomed(welcome: Welcome): void {
    const { events } = this.#options
    const before = this.#welcome
    this.#welcome = welcome
    this.#attempt = 0
    this.#owner = welcome.owner
    this.#timers.cancel('connect')
    if (before === undefined || before.epoch === welcome.epoch) this.#input.resume(welcome.inSeq)
    else {
      this.#line.tear()
      const dropped = this.#input.restart(welcome.inSeq)
      if (dropped > 0) events.inputDropped?.(dropped)
    }
    this.#feed.resume(welcome.live)
    this.#feed.size(welcome.cols, welcome.rows, welcome.live)
    this.#enter({ name: 'live' })
    events.title?.(welcome.title)
    events.size?.({ cols: welcome.cols, rows: welcome.rows, own: welcome.owner === welcome.viewer })
    this.#size.tell()
    this.#sendInput()
    this.#pulse.start(welcome.heartbeatMs)
  }

  #event(event: TerminalEvent): void {
    const { events } = this.#options
    if (event.kind === 'viewers') this.#viewers = event.count
    if (event.kind === 'title') events.title?.(event.title)
    else if (event.kind === 'tty') events.tty?.(event)
    else if (event.kind === 'viewers') events.viewers?.(event.count, event.watching)
    else events[event.kind]?.(event.message)
  }

  #acknowledge(): void {
    const behind = this.#feed.parsed - this.#acked
    if (behind >= Math.min(terminalLimits.ackBytes, (this.#welcome?.window ?? 0) / 2)) this.#sendAck()
    else if (behind > 0 && !this.#timers.has('ack'))
      this.#timers.set('ack', terminalLimits.ackMs, () => this.#sendAck())
  }

  #sendAck(): void {
    this.#timers.cancel('ack')
    if (this.#state.name !== 'live' && this.#state.name !== 'ended') return
    this.#acked = this.#feed.parsed
    this.#send({ type: 'ack', offset: this.#acked })
  }

  #sendInput(): void {
    if (this.#state.name !== 'live') return
    for (let piece = this.#input.next(); piece !== undefined; piece = this.#input.next()) {
      this.#send({ type: 'input', ...piece })
    }
  }

  #closed(code: number, reason: string): void {
    const why = finalEnd(code)
    if (code === closeCode.restarted) this.start()
    else if (why === undefined) this.#lost(reason)
    else {
      this.#hangUp()
      if (this.#state.name !== 'ended') this.#enter({ name: 'ended', end: { why } })
    }
  }

  #lost(message: string): void {
    this.#hangUp()
    if (this.#state.name === 'ended') return
    const { clock, random } = this.#options
    const delay = nextAttemptMs(this.#attempt, random())
    this.#attempt += 1
    this.#enter({ name: 'reconnecting', attempt: this.#attempt, retryAt: clock.now() + delay, message })
    this.#timers.set('retry', delay, () => this.#dial())
  }

  #hangUp(): void {
    this.#life += 1
    this.#timers.cancelAll()
    this.#pulse.stop()
    this.#size.stop()
    this.#socket?.close()
    this.#socket = undefined
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(encodeClient(frame))
  }

  #enter(state: TermState): void {
    this.#state = state
    this.#options.events.state?.(state)
  }
}
