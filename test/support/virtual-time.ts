/**
 * One virtual clock for an emulator and a controller in this process. Time stands still while anything runs (calls
 * under way, files read or written) and then jumps to the next thing that waits, so that minutes of the platform pass
 * in moments and every measured second is one that somebody really waited.
 */
import { type Fetch, loopbackFetch } from '../../controller/databricks/client/loopback.ts'

interface Due {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

/** Rounds of the event loop in which nothing may happen before time moves. */
const quietRounds = 4

/** What Node calls a file operation under way, closing one included. */
const fileWork = /^(FSReq|CloseReq)/

/** Fits `EmulatorOptions.clock` and, with `fetch`, the controller's `Tuning`. */
export class VirtualTime {
  #now = Date.UTC(2026, 0, 1)
  #order = 0
  #calls = 0
  #queue: readonly Due[] = []

  readonly now = (): number => this.#now

  readonly after = (delayMs: number, task: () => void): (() => void) => {
    const due: Due = { at: this.#now + Math.max(0, delayMs), order: this.#order++, task }
    this.#queue = [...this.#queue, due]
    return () => this.#drop(due)
  }

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
    this.#queue = []
  }

  /** The client's own fetch; a call counts as under way until its whole answer is there. */
  readonly fetch: Fetch = async (url, init) => {
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
      const next = [...this.#queue].sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (!next || next.at - startedAt > limitMs) throw new Error(`${what} did not come in ${limitMs / 1000} virtual s`)
      this.#now = Math.max(this.#now, next.at)
      this.#drop(next)
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

  #drop(due: Due): void {
    this.#queue = this.#queue.filter((other) => other !== due)
  }

  async #rest(): Promise<void> {
    for (let quiet = 0; quiet < quietRounds; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#calls > 0 || process.getActiveResourcesInfo().some((name) => fileWork.test(name))) quiet = -1
    }
  }
}
