/**
 * Keeps a session's last screen on disk, for the time after a crash of the worker: the frames that a viewer gets are
 * appended to a file, half a second behind at most, without waiting for the disk. When the file is full it begins anew
 * with the screen as it is.
 */
import { appendFile, rename, writeFile } from 'node:fs/promises'
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { joinFrames } from '@workshop/contracts/terminal-http'
import { opcode, resetReason, type ServerFrame } from '@workshop/contracts/terminal-protocol'
import type { TerminalSession } from './session.ts'
import { type Viewer, wholeFrame } from './viewer.ts'

const saveEveryMs = 500
/** Two rings: a full history, and as much again before the file begins anew. */
const maxBytes = 524_288
const lasting: ReadonlySet<number | undefined> = new Set([opcode.output, opcode.reset, opcode.replay, opcode.size])

export class ScreenLog {
  readonly #path: string
  readonly #session: TerminalSession
  readonly #onProblem: (error: unknown) => void
  readonly #recorder: Viewer
  #pending: Uint8Array[] = []
  #saved = 0
  #size = 0
  #timer: NodeJS.Timeout | undefined
  #saving = Promise.resolve()
  #closed = false

  /** Records until the session is closed. A disk that fails is told once per save and costs nothing but the file. */
  constructor(path: string, session: TerminalSession, onProblem: (error: unknown) => void) {
    this.#path = path
    this.#session = session
    this.#onProblem = onProblem
    this.#recorder = session.record({
      send: (bytes, body) => this.#take(bytes, body),
      queued: () => 0,
      onDrained: () => {},
      close: () => this.#close(),
    })
  }

  /** The file shows all output before this offset. */
  get saved(): number {
    return this.#saved
  }

  /** Resolves when what was begun is written; nothing is written after it once the session is closed. */
  settled(): Promise<void> {
    return this.#saving
  }

  #take(bytes: Uint8Array, body?: Uint8Array): void {
    if (lasting.has(bytes[0])) this.#pending.push(wholeFrame(bytes, body))
    this.#saveSoon()
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#saving = this.#save().catch(this.#onProblem)
    }, saveEveryMs).unref()
  }

  async #save(): Promise<void> {
    const frames = this.#pending
    this.#pending = []
    const reset = frames.findLastIndex((frame) => frame[0] === opcode.reset)
    const body = joinFrames(frames.slice(Math.max(0, reset)))
    try {
      if (reset === -1) await appendFile(this.#path, body, { mode: 0o600 })
      else {
        await writeFile(`${this.#path}.new`, body, { mode: 0o600 })
        await rename(`${this.#path}.new`, this.#path)
      }
    } finally {
      this.#size = reset === -1 ? this.#size + body.length : body.length
      this.#timer = undefined
      if (!this.#closed) {
        // What came while the disk was busy found the timer taken.
        if (this.#pending.length > 0) this.#saveSoon()
        this.#goOn(frames)
      }
    }
  }

  /** Lets the session send more. */
  #goOn(frames: readonly Uint8Array[]): void {
    const last = frames.findLast(([kind]) => kind === opcode.reset || kind === opcode.output)
    if (last !== undefined) this.#saved = endOf(decodeServer(last))
    // A RESET that waits numbers from another place: what it makes void is not acknowledged.
    if (this.#pending.some((frame) => frame[0] === opcode.reset)) return
    if (this.#size > maxBytes) void this.#recorder.restart(this.#session, resetReason.fresh)
    else this.#session.acknowledge(this.#recorder, this.#saved)
  }

  #close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }
}

/** What is shown once a RESET or an OUTPUT is. */
function endOf(frame: ServerFrame): number {
  if (frame.type === 'output') return frame.offset + frame.data.length
  return frame.type === 'reset' ? frame.offset : 0
}
