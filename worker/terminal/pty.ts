/**
 * One program on a pseudo-terminal: its output, its input, and its end, which is told after the last output. How the
 * terminal is read and written is behind TerminalEnd.
 */
import { closeSync } from 'node:fs'
import { messageOf, WorkshopError } from '@workshop/contracts/errors'
import type { TerminalExit } from '@workshop/contracts/terminal-protocol'
import { errorCode } from './error-code.ts'
import type { Launch } from './launch.ts'
import { openNative } from './native-end.ts'
import { type LoadedPty, loadPty, type OnExit } from './pty-native.ts'
import { PtyWriter } from './pty-writer.ts'
import { StreamEnd } from './stream-end.ts'
import type { Holds, Shortcut, TerminalEnd, TerminalEndEvents } from './terminal-end.ts'
import type { ReadTty } from './tty-watch.ts'

export interface PtyEvents {
  /**
   * Output in batches: the first bytes after quiet or typing at once, a stream each 4 ms or 56 KB. Valid only during the
   * call. `holds`: what is known of it. `shown`: it went the short way.
   */
  readonly data: (chunk: Buffer, holds?: Holds, shown?: boolean) => void
  /** After the last output, once. */
  readonly exit: (exit: TerminalExit) => void
  /** Waiting input was written. */
  readonly progress: () => void
}

/** A running program; all methods are safe after its end. */
export interface Pty {
  readonly pid: number
  readonly write: (data: Uint8Array) => void
  /** Bytes that wait for the program to read. */
  readonly queued: number
  /** Bytes written or dropped so far. */
  readonly written: number
  readonly dropInput: () => void
  readonly tty: ReadTty
  readonly resize: (cols: number, rows: number) => void
  readonly pause: () => void
  readonly resume: () => void
  readonly shorten: TerminalEnd['shorten']
  readonly settle: () => void
  /** To the whole process group of the session's leader. */
  readonly kill: (signal: NodeJS.Signals) => void
}

export interface PtySize {
  readonly cols: number
  readonly rows: number
}

/** Starts a program; throws WO-9003 when no native part loads, WO-4030 when it cannot be started. */
export type SpawnPty = (launch: Launch, size: PtySize, events: PtyEvents) => Pty

/** A leftover child may hold the terminal open after the program's end; output until then still counts. */
const lingerMs = 1_000

/** Kept apart from spawnPty so that a test can hand in another native part. */
export function spawnWith(loaded: LoadedPty): SpawnPty {
  return (launch, size, events) => {
    let ended: (exit: TerminalExit) => void = () => {}
    const { fd, pid } = start(loaded, launch, size, (code, signal) => ended({ code, signal }))
    const pty = new RunningPty(pid, (own) => openOrEnd(loaded, { fd, pid }, own), events)
    ended = (exit) => pty.ended(exit)
    return pty
  }
}

/** Starts a program on this machine. */
export const spawnPty: SpawnPty = (launch, size, events) => spawnWith(loadPty())(launch, size, events)

function start({ kind, native }: LoadedPty, launch: Launch, { cols, rows }: PtySize, onExit: OnExit) {
  const env = Object.entries(launch.env).map(([name, value]) => `${name}=${value}`)
  const { cwd } = launch
  try {
    if (kind === 'own') return native.spawn(launch.file, launch.args, env, cwd, cols, rows, onExit)
    const { file, args } = closingInherited(launch)
    return native.fork(file, args, env, cwd, cols, rows, -1, -1, true, '', onExit)
  } catch (cause) {
    const why = messageOf(cause)
    throw new WorkshopError({ code: 'WO-4030', message: `${launch.file} in ${cwd}: ${why}` }, { cause })
  }
}

/** A program whose terminal cannot be watched must not stay behind. */
function openOrEnd(
  loaded: LoadedPty,
  { fd, pid }: { readonly fd: number; readonly pid: number },
  events: TerminalEndEvents,
): TerminalEnd {
  try {
    return openEnd(loaded, fd, events)
  } catch (cause) {
    process.kill(pid, 'SIGKILL')
    closeSync(fd)
    throw new WorkshopError({ code: 'WO-4030', message: 'its terminal cannot be watched' }, { cause })
  }
}

function openEnd({ kind, native }: LoadedPty, fd: number, events: TerminalEndEvents): TerminalEnd {
  return kind === 'own' ? openNative(native, fd, events) : new StreamEnd(native, fd, events)
}

/** node-pty leaves its terminals open in every child: closes all above stderr, then becomes the program. */
function closingInherited({ file, args }: Launch): Pick<Launch, 'file' | 'args'> {
  const script = 'for f in $(/bin/ls /proc/self/fd); do ((f > 2)) && eval "exec $f>&-"; done 2>/dev/null; exec "$@"'
  return { file: '/bin/bash', args: ['-c', script, 'terminal', file, ...args] }
}

class RunningPty implements Pty {
  readonly pid: number
  readonly #events: PtyEvents
  readonly #end: TerminalEnd
  readonly #writer: PtyWriter
  /** No more output will come. */
  #over = false
  #exit: TerminalExit | undefined
  #linger: NodeJS.Timeout | undefined
  #reported = false

  constructor(pid: number, open: (events: TerminalEndEvents) => TerminalEnd, events: PtyEvents) {
    this.pid = pid
    this.#events = events
    this.#end = open({ data: events.data, end: () => this.#finish() })
    this.#writer = new PtyWriter((piece) => this.#end.write(piece), events.progress)
  }

  get queued(): number {
    return this.#writer.queued
  }

  get written(): number {
    return this.#writer.written
  }

  write(data: Uint8Array): void {
    this.#writer.write(data)
  }

  dropInput(): void {
    this.#writer.drop()
  }

  tty(): ReturnType<ReadTty> {
    const state = this.#over ? -1 : this.#end.state()
    return state === -1 ? undefined : { echo: (state & 1) !== 0, canonical: (state & 2) !== 0 }
  }

  resize(cols: number, rows: number): void {
    if (!this.#over) this.#end.resize(cols, rows)
  }

  pause(): void {
    if (!this.#over) this.#end.pause()
  }

  resume(): void {
    if (!this.#over) this.#end.resume()
  }

  shorten(shortcut: Shortcut | undefined): void {
    if (!this.#over) this.#end.shorten(shortcut)
  }

  settle(): void {
    if (!this.#over) this.#end.settle()
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#exit !== undefined) return
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error
    }
  }

  /** The program was waited for: its last output is in the kernel's buffer, and comes before the news of its end. */
  ended(exit: TerminalExit): void {
    this.#exit = exit
    if (this.#over || this.#end.drain()) {
      this.#finish()
      return
    }
    this.#linger = setTimeout(() => {
      this.#end.drain()
      this.#finish()
    }, lingerMs)
  }

  /** The terminal's descriptor is given back; nothing may touch it from here on. */
  #finish(): void {
    if (!this.#over) {
      this.#over = true
      this.#writer.close()
      this.#end.close()
    }
    if (this.#exit === undefined || this.#reported) return
    this.#reported = true
    clearTimeout(this.#linger)
    this.#events.exit(this.#exit)
  }
}
