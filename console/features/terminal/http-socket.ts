/**
 * A terminal's connection without a WebSocket: the same frames in numbered long polls and posts (terminal-http.ts in
 * contracts). A request that was lost is asked again under its number, so that nothing is lost or doubled by the retry.
 */
import {
  type ClosedConnection,
  framedLength,
  joinFrames,
  type OpenedConnection,
  splitFrames,
  terminalHttp,
  terminalHttpPath,
} from '@workshop/contracts/terminal-http'
import type { Connect, SocketEvents, TermSocket } from './term-options.ts'

/** What is needed of the browser. */
export interface HttpSeam {
  readonly fetch: typeof fetch
  /** Resolves after so many ms. */
  readonly wait: (ms: number) => Promise<void>
}

/** The connection was cut; nobody said why (as WebSocket's own code for that). */
const cutCode = 1006
/** Waits between attempts of one request, ms; then the connection is given up and the terminal comes back by offset. */
const retryMs = [100, 400, 1_500] as const
/** Answers of proxies in between, which say nothing about the connection behind them. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/** Connects to a session's HTTP fallback at `origin` (empty: the page's own). */
export function connectHttp(session: string, seam: HttpSeam, origin = ''): Connect {
  return (events) => new HttpConnection(`${origin}${terminalHttpPath(session)}`, seam, events)
}

class HttpConnection implements TermSocket {
  readonly #base: string
  readonly #seam: HttpSeam
  readonly #events: SocketEvents
  readonly #stop = new AbortController()
  #connection: string | undefined
  #waiting: Uint8Array[] = []
  #posted = 0
  #posting = false
  #closed = false

  constructor(base: string, seam: HttpSeam, events: SocketEvents) {
    this.#base = base
    this.#seam = seam
    this.#events = events
    queueMicrotask(() => {
      if (!this.#closed) events.open()
    })
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return
    this.#waiting.push(bytes)
    if (!this.#posting) void this.#run(() => this.#post())
  }

  close(): void {
    if (this.#closed) return
    const { fetch } = this.#seam
    if (this.#connection) void fetch(this.#address(), { method: 'DELETE', keepalive: true }).catch(() => undefined)
    queueMicrotask(() => this.#end(cutCode, 'closed here'))
  }

  /** Sends what waits, one request at a time: the next carries everything that came meanwhile. */
  async #post(): Promise<void> {
    this.#posting = true
    try {
      while (this.#waiting.length > 0 && !this.#closed) {
        if (this.#connection === undefined) await this.#open()
        else {
          const answer = await this.#ask(`${this.#address()}?batch=${this.#posted}`, this.#take())
          if (answer) this.#posted += 1
        }
      }
    } finally {
      this.#posting = false
    }
  }

  /** HELLO opens the connection and stands alone; it is not repeated, for each would open one more. */
  async #open(): Promise<void> {
    const hello = this.#waiting.shift()
    const answer = await this.#seam.fetch(this.#base, this.#bodyOf(hello ? [hello] : []))
    if (answer.status !== 201) return this.#refused(answer)
    this.#connection = ((await answer.json()) as OpenedConnection).connection
    if (this.#closed)
      void this.#seam.fetch(this.#address(), { method: 'DELETE', keepalive: true }).catch(() => undefined)
    else void this.#run(() => this.#poll())
  }

  async #poll(): Promise<void> {
    for (let batch = 0; !this.#closed; ) {
      const answer = await this.#ask(`${this.#address()}?batch=${batch}`, [])
      if (answer?.status !== 200) continue
      batch += 1
      for (const frame of splitFrames(new Uint8Array(await answer.arrayBuffer()))) {
        if (!this.#closed) this.#events.message(frame)
      }
    }
  }

  /** One numbered request until it is answered; undefined when the connection is over. Without frames it polls. */
  async #ask(address: string, frames: readonly Uint8Array[]): Promise<Response | undefined> {
    const wish = frames.length > 0 ? this.#bodyOf(frames) : { signal: this.#stop.signal, cache: 'no-store' as const }
    for (const ms of [...retryMs, undefined]) {
      const answer = await this.#seam.fetch(address, wish).catch(() => undefined)
      if (this.#closed) return undefined
      if (answer?.ok) return answer
      if (answer && !passing.has(answer.status)) {
        await this.#refused(answer)
        return undefined
      }
      if (ms !== undefined) await this.#seam.wait(ms)
    }
    this.#end(cutCode, 'no answer')
    return undefined
  }

  async #refused(answer: Response): Promise<void> {
    if (answer.status !== 410) return this.#end(cutCode, `answered ${answer.status}`)
    const { code, reason } = (await answer.json()) as ClosedConnection
    this.#end(code, reason)
  }

  /** As many waiting frames as one body holds; at least one. */
  #take(): readonly Uint8Array[] {
    let length = 0
    const fits = this.#waiting.findIndex((frame) => {
      length += framedLength(frame)
      return length > terminalHttp.maxPost
    })
    return this.#waiting.splice(0, fits < 0 ? this.#waiting.length : Math.max(1, fits))
  }

  #bodyOf(frames: readonly Uint8Array[]): RequestInit {
    const headers = { 'content-type': terminalHttp.contentType }
    return { method: 'POST', headers, body: joinFrames(frames), signal: this.#stop.signal }
  }

  #address(): string {
    return `${this.#base}/${this.#connection}`
  }

  /** Whatever fails in the background ends the connection; the terminal comes back by itself. */
  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#end(cutCode, error instanceof Error ? error.message : 'failed')
    }
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#stop.abort()
    this.#events.close(code, reason)
  }
}
