/** One program's time in a session, from its start to the next restart: its terminal, its past, and typing for it. */
import { randomBytes } from 'node:crypto'
import type { TerminalExit, TtyState } from '@workshop/contracts/terminal-protocol'
import { type Answer, Questions } from './answers.ts'
import { shouldPause } from './flow.ts'
import { signalForeground } from './foreground.ts'
import { History } from './history.ts'
import { type InputEvents, InputPath } from './input-path.ts'
import type { Launch } from './launch.ts'
import type { Pty, PtySize, SpawnPty } from './pty.ts'
import type { Screens } from './screens.ts'
import type { Holds } from './terminal-end.ts'
import { TitleWatch } from './title.ts'
import { TtyWatch } from './tty-watch.ts'
import type { Viewer } from './viewer.ts'

export interface LifeEvents extends InputEvents {
  /** Output is in the ring; the chunk is valid only during the call. */
  readonly output: (chunk: Buffer, holds: Holds | undefined, shown: boolean) => void
  readonly title: (title: string) => void
  readonly tty: (state: TtyState) => void
  /** After the last output. */
  readonly exit: (exit: TerminalExit) => void
  /** The screen model has caught up some. */
  readonly caughtUp: () => void
}

export interface LifeOptions {
  readonly launch: Launch
  readonly size: PtySize
  readonly spawn: SpawnPty
  readonly screens: Screens
  readonly ringBytes: number | undefined
}

/** Between the polite and the hard end of a program. */
const killAfterMs = 2_000

export class Life {
  /** Output offsets and input numbers of another epoch mean nothing. */
  readonly epoch = randomBytes(9).toString('base64url')
  readonly pty: Pty
  readonly history: History
  readonly input: InputPath
  readonly tty: TtyWatch
  readonly #events: LifeEvents
  readonly #titles = new TitleWatch()
  readonly #questions = new Questions()
  #title = ''
  #exit: TerminalExit | undefined
  #paused = false
  #over = false
  #killTimer: NodeJS.Timeout | undefined
  /** Whose short way is open. */
  #near: Viewer | undefined

  /** Starts the program; throws as SpawnPty does. */
  constructor({ launch, size, spawn, screens, ringBytes }: LifeOptions, events: LifeEvents) {
    this.#events = events
    this.pty = spawn(launch, size, {
      data: (chunk, holds, shown) => this.#output(chunk, holds, shown),
      exit: (exit) => this.#ended(exit),
      progress: () => this.input.progress(),
    })
    this.history = new History(size, screens, () => events.caughtUp(), ringBytes)
    this.input = new InputPath(this.pty, events)
    this.tty = new TtyWatch(() => this.pty.tty(), events.tty)
    this.tty.look()
  }

  get title(): string {
    return this.#title
  }

  get exit(): TerminalExit | undefined {
    return this.#exit
  }

  /** Hands what was typed to the program, then looks: a change that nobody saw is told before its echo can come back. */
  type(fresh: Uint8Array): void {
    this.input.write(fresh)
    this.tty.look()
  }

  /** Answers in the place of a terminal what the output that came just now asks; or not, when a browser will. */
  answer(chunk: Buffer, holds: Holds | undefined, isAsked: boolean): void {
    if (!isAsked) this.#questions.skip()
    else if (holds === undefined || this.#questions.isOpen) {
      for (const answer of this.#questions.read(chunk, this.history.ring.end - chunk.length)) this.#say(answer)
    }
  }

  /** To the program in the foreground. */
  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined) signalForeground(this.pty.pid, signal)
  }

  /** Ends the program: politely first, and for good two seconds later. */
  kill(signal: NodeJS.Signals): void {
    if (this.#exit !== undefined) return
    this.pty.kill(signal)
    clearTimeout(this.#killTimer)
    this.#killTimer = setTimeout(() => this.pty.kill('SIGKILL'), killAfterMs)
  }

  resize(size: PtySize): void {
    this.pty.settle()
    this.pty.resize(size.cols, size.rows)
    this.history.resized(size)
  }

  /** Lets the program run or wait, for a fastest viewer that has parsed this far. */
  settleFlow(fastest: number | undefined): void {
    const { ring, overrun } = this.history
    const wait = overrun || shouldPause(this.#paused, ring.end, fastest, ring.capacity)
    if (wait === this.#paused) return
    this.#paused = wait
    if (wait) this.pty.pause()
    else this.pty.resume()
  }

  /** Opens the short way to the one who types, as far as nothing stands against it; closes it for nobody. */
  shorten(typist: () => Viewer | undefined): void {
    let viewer = typist()
    if (viewer === undefined && this.#near === undefined) return
    if (viewer !== this.#near) {
      // What this one was shown counts for this one, and what it typed may make it the one who types.
      this.pty.settle()
      viewer = typist()
    }
    const shortcut = viewer?.shortcut(this.history.ring.end, this.input.next(viewer.client))
    this.pty.shorten(shortcut)
    this.#near = shortcut === undefined ? undefined : viewer
  }

  /** Nothing is told any more, whatever the program still does. */
  close(): void {
    this.#over = true
    this.shorten(() => undefined)
    this.input.close()
    this.tty.close()
    this.history.close()
    // Unread output would keep a program that is told to end from ending.
    this.pty.resume()
  }

  #say(answer: Answer): void {
    if ('text' in answer) this.input.inject(Buffer.from(answer.text))
    else {
      void this.history.cursorAt(answer.cursorAt).then((cursor) => {
        if (cursor !== undefined && !this.#over) this.input.inject(Buffer.from(answer.say(...cursor)))
      })
    }
  }

  #output(chunk: Buffer, holds?: Holds, shown = false): void {
    if (shown) this.#near?.shown(chunk.length)
    if (this.#over) return
    this.history.write(chunk, holds === 'text')
    // One that was cut goes on in whatever comes.
    if (holds === undefined || this.tty.isOpen) this.tty.output(chunk)
    this.#events.output(chunk, holds, shown)
    const title = holds === undefined || this.#titles.isOpen ? this.#titles.scan(chunk) : undefined
    if (title === undefined || title === this.#title) return
    this.#title = title
    this.#events.title(title)
  }

  #ended(exit: TerminalExit): void {
    this.#exit = exit
    clearTimeout(this.#killTimer)
    this.tty.close()
    if (!this.#over) this.input.progress()
    this.#events.exit(exit)
  }
}
