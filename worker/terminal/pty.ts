/**
 * One program on a pseudo-terminal. node-pty only forks; reading, writing and the end are ours, because its streams
 * lose the last output of a program that exits (libuv takes a hang-up after a short read for the end) and spin on one
 * that does not read.
 */
import { readSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import type { TerminalExit } from '@workshop/contracts/terminal-protocol'
import { errorCode } from './error-code.ts'
import type { Launch } from './launch.ts'
import { type LoadedPty, loadPty } from './pty-native.ts'
import { PtyWriter } from './pty-writer.ts'
import type { ReadTty } from './tty-watch.ts'

export interface PtyEvents {
  /** Output. The chunk is valid only during the call. */
  readonly data: (chunk: Buffer) => void
  /** After the last output, once. */
  readonly exit: (exit: TerminalExit) => void
  /** Waiting input was written. */
  readonly progress: () => void
}

/** A running program; all methods are safe after its end. */
export interface Pty {
  readonly pid: number
  readonly write: (data: Buffer) => void
  /** Bytes that wait for the program to read. */
  readonly queued: number
  /** Bytes written or dropped so far. */
  readonly written: number
  readonly dropInput: () => void
  readonly tty: ReadTty
  readonly resize: (cols: number, rows: number) => void
  readonly pause: () => void
  readonly resume: () => void
  /** To the whole process group of the session's leader. */
  readonly kill: (signal: NodeJS.Signals) => void
}

export interface PtySize {
  readonly cols: number
  readonly rows: number
}

/** Starts a program; throws WO-9003 when no native part loads, WO-4030 when the fork fails. */
export type SpawnPty = (launch: Launch, size: PtySize, events: PtyEvents) => Pty

/** All terminals read into this one: a chunk is copied on before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)
/** A leftover child may hold the terminal open after the program's end; output until then still counts. */
const lingerMs = 1_000

/** Kept apart from spawnPty so that a test can hand in another native part. */
export function spawnWith({ native, closesInherited }: LoadedPty): SpawnPty {
  return (launch, { cols, rows }, events) => {
    const { file, args } = closesInherited ? launch : closingInherited(launch)
    const env = Object.entries(launch.env).map(([name, value]) => `${name}=${value}`)
    let ended: (exit: TerminalExit) => void = () => {}
    const onExit = (code: number, signal: number) => ended({ code, signal })
    const { fd, pid } = native.fork(file, args, env, launch.cwd, cols, rows, -1, -1, true, '', onExit)
    const pty = new ForkedPty(native, fd, pid, events)
    ended = (exit) => pty.ended(exit)
    return pty
  }
}

/** Starts a program on this machine. */
export const spawnPty: SpawnPty = (launch, size, events) => spawnWith(loadPty())(launch, size, events)

/** Closes everything above stderr, then becomes the program. */
function closingInherited({ file, args }: Launch): Pick<Launch, 'file' | 'args'> {
  const script = 'for f in $(/bin/ls /proc/self/fd); do ((f > 2)) && eval "exec $f>&-"; done 2>/dev/null; exec "$@"'
  return { file: '/bin/bash', args: ['-c', script, 'terminal', file, ...args] }
}

class ForkedPty implements Pty {
  readonly pid: number
  readonly #native: LoadedPty['native']
  readonly #fd: number
  readonly #events: PtyEvents
  readonly #stream: ReadStream
  readonly #writer: PtyWriter
  /** No more output will come, and the descriptor may be closed. */
  #drained = false
  #exit: TerminalExit | undefined
  #linger: NodeJS.Timeout | undefined
  #reported = false

  constructor(native: LoadedPty['native'], fd: number, pid: number, events: PtyEvents) {
    this.pid = pid
    this.#native = native
    this.#fd = fd
    this.#events = events
    this.#writer = new PtyWriter(fd, events.progress)
    const onread = { buffer: readBuffer, callback: (length: number, buffer: Uint8Array) => this.#read(length, buffer) }
    // `onread` is net.Socket's, which tty.ReadStream hands its options to; its types do not say so.
    this.#stream = new ReadStream(fd, { onread } as object)
    this.#stream.on('end', () => this.#drain())
    // EIO: nothing was left to read, and the stream has closed the descriptor already.
    this.#stream.on('error', () => this.#closed())
    this.#stream.on('close', () => this.#closed())
    this.#stream.resume()
  }

  get queued(): number {
    return this.#writer.queued
  }

  get written(): number {
    return this.#writer.written
  }

  write(data: Buffer): void {
    this.#writer.write(data)
  }

  dropInput(): void {
    this.#writer.drop()
  }

  tty(): ReturnType<ReadTty> {
    const state = this.#drained ? -1 : (this.#native.ttyState?.(this.#fd) ?? -1)
    return state === -1 ? undefined : { echo: (state & 1) !== 0, canonical: (state & 2) !== 0 }
  }

  resize(cols: number, rows: number): void {
    if (!this.#drained) this.#native.resize(this.#fd, cols, rows)
  }

  pause(): void {
    if (!this.#drained) this.#stream.pause()
  }

  resume(): void {
    if (!this.#drained) this.#stream.resume()
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
    if (this.#drain()) this.#report()
    else this.#linger = setTimeout(() => this.#finish(), lingerMs)
  }

  #read(length: number, buffer: Uint8Array): boolean {
    this.#events.data(Buffer.from(buffer.buffer, buffer.byteOffset, length))
    return true
  }

  /** Reads what is left without waiting; true when the terminal is at its end. */
  #drain(): boolean {
    while (!this.#drained && !this.#stream.destroyed) {
      try {
        const length = readSync(this.#fd, readBuffer)
        if (length > 0) this.#events.data(readBuffer.subarray(0, length))
        else this.#finish()
      } catch (error) {
        if (errorCode(error) === 'EAGAIN') return false
        this.#finish()
      }
    }
    return true
  }

  /** The descriptor is closed by the stream; nothing may touch it from here on. */
  #finish(): void {
    this.#drained = true
    this.#writer.close()
    this.#stream.destroy()
    this.#report()
  }

  #closed(): void {
    this.#drained = true
    this.#writer.close()
    this.#report()
  }

  #report(): void {
    if (this.#exit === undefined || this.#reported) return
    this.#reported = true
    clearTimeout(this.#linger)
    this.#events.exit(this.#exit)
  }
}
