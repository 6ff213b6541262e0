/**
 * One virtual clock for an emulator and a controller in this process. Time stands still while anything runs (calls
 * under way, files read or written) and then jumps to the next thing that waits, so that minutes of the platform pass
 * in moments and every measured second is one that somebody really waited.
 */
import { type Fetch, loopbackFetch } from '../../controller/databricks/client/loopback.ts'
import { DueTasks } from './due-tasks.ts'

/** Another process whose time is ours: its own tasks up to `at` are run, and it rests, when the promise resolves. */
export interface Elsewhere {
  readonly advanceTo: (at: number) => Promise<void>
}

export interface VirtualTimeOptions {
  readonly elsewhere?: Elsewhere
  /** What every call takes on the way, ms. */
  readonly latencyMs?: number
}

/** Rounds of the event loop in which nothing may happen before time moves. */
const quietRounds = 4

/** What Node calls a file operation under way, closing one included. */
const fileWork = /^(FSReq|CloseReq)/

/** Fits `EmulatorOptions.clock` and, with `fetch`, the controller's `Tuning`. */
export class VirtualTime {
  #now = Date.UTC(2026, 0, 1)
  #calls = 0
  readonly #due = new DueTasks()
  readonly #options: VirtualTimeOptions

  constructor(options: VirtualTimeOptions = {}) {
    this.#options = options
  }

  readonly now = (): number => this.#now

  readonly after = (delayMs: number, task: () => void): (() => void) =>
    this.#due.add(this.#now + Math.max(0, delayMs), task)

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        callOff()
        reject(signal?.reason)
      }
      const callOff = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })

  readonly close = (): void => {
    this.#due.clear()
  }

  /** The client's own fetch; a call counts as under way until its whole answer is there. */
  readonly fetch: Fetch = async (url, init) => {
    const { latencyMs = 0 } = this.#options
    if (latencyMs > 0) await this.sleep(latencyMs, init.signal)
    this.#calls += 1
    try {
      const answer = await loopbackFetch(url, init)
      const body = await answer.arrayBuffer()
      return new Response(body.byteLength > 0 ? body : null, { status: answer.status, headers: answer.headers })
    } finally {
      this.#calls -= 1
    }
  }

  /** Lets time pass until `done`, asked whenever everything rests. Answers the ms that passed; throws after `limitMs`. */
  async until(what: string, done: () => boolean, limitMs: number): Promise<number> {
    const startedAt = this.#now
    for (;;) {
      await this.#rest()
      if (done()) return this.#now - startedAt
      const next = this.#due.next()
      if (!next || next.at - startedAt > limitMs) throw new Error(`${what} did not come in ${limitMs / 1000} virtual s`)
      if (next.at > this.#now) await this.#options.elsewhere?.advanceTo(next.at)
      this.#now = Math.max(this.#now, next.at)
      this.#due.remove(next)
      next.task()
    }
  }

  /** Lets this many ms pass. */
  async pass(ms: number): Promise<void> {
    let isOver = false
    this.after(ms, () => {
      isOver = true
    })
    await this.until('the end of a wait', () => isOver, ms)
  }

  /** Runs what is due up to `at`, in order, and comes to rest: the other end of `Elsewhere`. */
  async advanceTo(at: number): Promise<void> {
    await this.#rest()
    for (let next = this.#due.next(); next && next.at <= at; next = this.#due.next()) {
      this.#now = Math.max(this.#now, next.at)
      this.#due.remove(next)
      next.task()
      await this.#rest()
    }
    this.#now = Math.max(this.#now, at)
  }

  async #rest(): Promise<void> {
    for (let quiet = 0; quiet < quietRounds; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#calls > 0 || process.getActiveResourcesInfo().some((name) => fileWork.test(name))) quiet = -1
    }
  }
}
