/** The screen models of this worker, in one thread that starts with the first of them and ends a while after the last. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { PtySize } from './pty.ts'

export type ScreenCommand =
  | { readonly do: 'open'; readonly id: number; readonly cols: number; readonly rows: number }
  | { readonly do: 'feed'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly do: 'resize'; readonly id: number; readonly cols: number; readonly rows: number }
  | { readonly do: 'snapshot' | 'cursor'; readonly id: number; readonly ask: number }
  | { readonly do: 'close'; readonly id: number }

export type ScreenAnswer =
  /** `spent`: the memory of what was fed, to be used again. */
  | { readonly id: number; readonly parsed: number; readonly spent: ArrayBuffer }
  | { readonly id: number; readonly ask: number; readonly snapshot: Uint8Array }

/** One session's screen model. */
export interface ScreenModel {
  /** Takes a copy. */
  readonly feed: (bytes: Uint8Array) => void
  readonly resize: (size: PtySize) => void
  /** The screen after all that was fed; rejects when the thread has died. */
  readonly snapshot: () => Promise<Uint8Array>
  /** The cursor's row and column (from 1) after all that was fed; rejects as `snapshot`. */
  readonly cursor: () => Promise<readonly [row: number, column: number]>
  /** Bytes fed and not yet parsed. */
  readonly behind: () => number
  readonly close: () => void
}

interface Entry {
  behind: number
  readonly asks: Map<number, { resolve: (snapshot: Uint8Array) => void; reject: (error: Error) => void }>
  readonly onParsed: () => void
}

/** A History feeds a quarter of its ring at a time. */
const pieceBytes = 65_536
/** Pieces up to a question about the cursor are short, and may be many. */
const shortBytes = 16_384
/** What two sessions with much to say have on their way. */
const mostSpent = 4

/** A thread that was never idle for so long is warm: a new one parses at a third of its speed for seconds. */
const idleMs = 60_000

export class Screens {
  #thread: Worker | undefined
  #ending: NodeJS.Timeout | undefined
  readonly #entries = new Map<number, Entry>()
  readonly #spent: ArrayBuffer[] = []
  #last = 0

  /** A new model; `onParsed` comes whenever it has caught up some. */
  open({ cols, rows }: PtySize, onParsed: () => void): ScreenModel {
    this.#last += 1
    const id = this.#last
    const entry: Entry = { behind: 0, asks: new Map(), onParsed }
    this.#entries.set(id, entry)
    clearTimeout(this.#ending)
    this.#post({ do: 'open', id, cols, rows })
    return {
      feed: (bytes) => {
        if (!this.#entries.has(id)) return
        const copy = this.#memory(bytes.length)
        copy.set(bytes)
        entry.behind += bytes.length
        this.#post({ do: 'feed', id, bytes: copy }, [copy.buffer])
      },
      resize: (size) => this.#post({ do: 'resize', id, ...size }),
      snapshot: () => this.#ask('snapshot', id, entry),
      cursor: async () => {
        const [row = 1, column = 1] = Buffer.from(await this.#ask('cursor', id, entry))
          .toString()
          .split(';')
          .map(Number)
        return [row, column]
      },
      behind: () => entry.behind,
      close: () => this.#close(id),
    }
  }

  /** Memory that is new each time has to be cleared, and found to be garbage: a seventh of all that a model costs. */
  #memory(length: number): Uint8Array<ArrayBuffer> {
    if (length < shortBytes || length > pieceBytes) return new Uint8Array(length)
    return new Uint8Array(this.#spent.pop() ?? new ArrayBuffer(pieceBytes), 0, length)
  }

  #ask(what: 'snapshot' | 'cursor', id: number, entry: Entry): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (!this.#entries.has(id)) return reject(new Error('the screen is gone'))
      this.#last += 1
      entry.asks.set(this.#last, { resolve, reject })
      this.#post({ do: what, id, ask: this.#last })
    })
  }

  #close(id: number): void {
    if (!this.#entries.delete(id)) return
    this.#post({ do: 'close', id })
    if (this.#entries.size > 0) return
    this.#ending = setTimeout(() => {
      void this.#thread?.terminate()
      this.#thread = undefined
    }, idleMs).unref()
  }

  #post(command: ScreenCommand, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread ??= this.#start()
    this.#thread.postMessage(command, [...transfer])
  }

  #start(): Worker {
    const thread = new Worker(threadFile())
    thread.unref()
    thread.on('message', (message: ScreenAnswer) => this.#answered(message))
    thread.on('error', (error) => this.#died(error))
    return thread
  }

  #answered(message: ScreenAnswer): void {
    if ('spent' in message && message.spent.byteLength === pieceBytes && this.#spent.length < mostSpent) {
      this.#spent.push(message.spent)
    }
    const entry = this.#entries.get(message.id)
    if (entry === undefined) return
    if ('parsed' in message) {
      entry.behind -= message.parsed
      entry.onParsed()
    } else {
      entry.asks.get(message.ask)?.resolve(message.snapshot)
      entry.asks.delete(message.ask)
    }
  }

  /** Its models are gone; sessions go on with what their rings hold. */
  #died(error: Error): void {
    this.#thread = undefined
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const entry of entries) {
      entry.behind = 0
      for (const ask of entry.asks.values()) ask.reject(error)
      entry.asks.clear()
      entry.onParsed()
    }
  }
}

/** The models of this process. */
export const screens = new Screens()

/** Beside the bundled server.js, or in the source tree. */
function threadFile(): string {
  const bundled = fileURLToPath(new URL('./screen-thread.js', import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('./screen-thread.ts', import.meta.url))
}
