/**
 * Keeps a copy of one collection true: list, watch, and list again when the watch cannot be trusted. It never gives up
 * and never believes silence: a watch is ended by the server within a minute and counts as dead after it, so a cut that
 * nobody announced is seen. Changes are told by key alone.
 */
import type { Clock } from '../databricks/client/clock.ts'
import type { KubeApi } from './api.ts'
import { KubeError, readFailure } from './kube-error.ts'
import { type KubeList, type KubeObject, keyOfMeta } from './objects.ts'
import { type WatchState, watchStateOf } from './watch-state.ts'

export interface WatcherOptions<T extends KubeObject> {
  readonly api: KubeApi
  /** Path of the collection. */
  readonly path: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
  /** What is kept of an object: what nobody needs is dropped. */
  readonly keep?: (object: T) => T
  readonly onChange: (keys: readonly string[]) => void
  /** Told why the copy may be old now; once for every failure. */
  readonly onTrouble?: (error: unknown, waitMs: number) => void
  /** Nothing can be done without it, so that a refusal counts as silence; of others it is a decision. */
  readonly isNeeded?: boolean
  readonly clock: Clock
  /** Ms of a clock that nobody can set. */
  readonly monotonic?: () => number
  readonly random: () => number
  readonly pace?: Partial<WatchPace>
}

export interface WatchPace {
  /** The server ends a watch after this, drawn anew for each. */
  readonly watchSeconds: readonly [least: number, most: number]
  /** A watch without a byte for longer is dead. Longer than `watchSeconds`, or every quiet one would be. */
  readonly silentMs: number
  /** After a failure: 0.8 s, 1.6 s, … (client-go's figures), half of it drawn by chance. */
  readonly backoffMs: readonly [first: number, most: number]
  /** Everything is listed again after this, whatever the watch said. */
  readonly relistMs: number
  /** Unseen for longer makes the controller unready. */
  readonly unreadyMs: number
}

/** Bookmarks come once a minute at most, so shorter watches are what makes silence mean something within a minute. */
export const steadyWatch: WatchPace = {
  watchSeconds: [40, 50],
  silentMs: 55_000,
  // With a call that hangs for 30 s before it, a cluster that is back is seen within a minute.
  backoffMs: [800, 20_000],
  relistMs: 1_200_000,
  unreadyMs: 30_000,
}
/** A watch that ends earlier without news was no success. */
const healthyMs = 5_000
/** From the planned end of one watch to the next nobody counts as blind. */
const betweenMs = 2_000
/** Objects of one page. */
const pageSize = 500

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export class Watcher<T extends KubeObject> {
  readonly #options: WatcherOptions<T>
  readonly #pace: WatchPace
  readonly #stopping = new AbortController()
  readonly #waiting: (() => void)[] = []
  #objects = new Map<string, T>()
  #version: string | undefined
  #listedAt = 0
  #heardAt = 0
  #isWatching = false
  /** When the last watch ended as it should; -Infinity after one that did not. */
  #endedAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #failedWith: number | undefined
  /** When it was begun, or was open last and not silent. */
  #soundAt = 0
  #lists = 0
  readonly #now: () => number
  #unreadable = 0
  #loop: Promise<void> | undefined

  constructor(options: WatcherOptions<T>) {
    this.#options = options
    this.#pace = { ...steadyWatch, ...options.pace }
    this.#now = options.monotonic ?? (() => performance.now())
  }

  /** Begins; resolves once everything was listed, however long that takes. Rejects when stopped before. */
  start(): Promise<void> {
    if (!this.#loop) this.#soundAt = this.#now()
    this.#loop ??= this.#run()
    if (this.#lists > 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve)
      this.#stopping.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()]
  }

  /** Whether what `get` answers may be old: never listed, no watch open, or nothing heard for too long. */
  get isBlind(): boolean {
    const isBetween = this.#now() - this.#endedAt < betweenMs
    const isOpen = this.#isWatching || isBetween
    return this.#lists === 0 || !isOpen || this.#now() - this.#heardAt > this.#pace.silentMs
  }

  /** How long ago the cluster was last heard, ms; Infinity is never. */
  get silentForMs(): number {
    return this.#lists === 0 ? Number.POSITIVE_INFINITY : this.#now() - this.#heardAt
  }

  /** Blind for so long that somebody should know. */
  get isLost(): boolean {
    return this.state === 'lost'
  }

  /** For metrics and readiness. */
  get state(): WatchState {
    const unheardMs = this.#now() - Math.max(this.#soundAt, this.#heardAt)
    const facts = { isBlind: this.isBlind, unheardMs, failedWith: this.#failedWith }
    return watchStateOf({ ...facts, isNeeded: this.#options.isNeeded === true }, this.#pace.unreadyMs)
  }

  /** For metrics. */
  get counts(): { readonly lists: number; readonly unreadable: number } {
    return { lists: this.#lists, unreadable: this.#unreadable }
  }

  /**
   * Takes in what a write of our own answered, unless the watch was faster. Told like any change: the answer may hold
   * what somebody else wrote just before, and the watch, which is behind, will find nothing new in it.
   */
  learn(object: T): void {
    const key = keyOfMeta(object.metadata)
    const known = this.#objects.get(key)
    if (known?.metadata.uid !== object.metadata.uid || !isNewer(object, known)) return
    this.#objects.set(key, this.#kept(object))
    this.#options.onChange([key])
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        if (this.#version === undefined || this.#now() - this.#listedAt > this.#pace.relistMs) await this.#list()
        await this.#watch()
      } catch (error) {
        this.#endedAt = Number.NEGATIVE_INFINITY
        if (signal.aborted) return
        this.#failedWith = error instanceof KubeError ? error.status : undefined
        const isExpired = error instanceof KubeError && error.isExpired
        if (isExpired) this.#version = undefined
        // An expired version alone is no failure; a list right after it is the cure.
        if (!isExpired || this.#failures > 0) await this.#backOff(error)
        else this.#failures = 1
      } finally {
        // A quiet watch that breaks was sound until now; one that was silent for too long was not.
        if (this.#isWatching && this.silentForMs < this.#pace.silentMs) this.#soundAt = this.#now()
        this.#isWatching = false
      }
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const { clock, random, onTrouble } = this.#options
    const [first, most] = this.#pace.backoffMs
    const full = Math.min(most, first * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    const asked = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0
    const waitMs = Math.max(asked, full * (0.5 + 0.5 * random()))
    onTrouble?.(error, waitMs)
    await clock.sleep(waitMs, this.#stopping.signal).catch(() => undefined)
  }

  async #list(): Promise<void> {
    const { api, path, fieldSelector, labelSelector, onChange } = this.#options
    const next = new Map<string, T>()
    let page: string | undefined
    let version = ''
    do {
      const query = { limit: pageSize, continue: page, fieldSelector, labelSelector }
      const list = await api.json<KubeList<T>>({ method: 'GET', path, query, maxTries: 1 }, this.#stopping.signal)
      for (const item of list.items ?? []) next.set(keyOfMeta(item.metadata), this.#kept(item))
      page = list.metadata.continue || undefined
      version = list.metadata.resourceVersion
    } while (page !== undefined)
    const before = this.#objects
    const keys = new Set([...before.keys(), ...next.keys()])
    const changed = [...keys].filter((key) => versionOf(before.get(key)) !== versionOf(next.get(key)))
    this.#objects = next
    this.#version = version
    this.#listedAt = this.#now()
    this.#heardAt = this.#now()
    this.#lists += 1
    for (const wake of this.#waiting.splice(0)) wake()
    if (changed.length > 0) onChange(changed)
  }

  async #watch(): Promise<void> {
    const { api, path, fieldSelector, labelSelector, random } = this.#options
    const [least, most] = this.#pace.watchSeconds
    const startedAt = this.#now()
    let hasNews = false
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: this.#version,
      timeoutSeconds: Math.round(least + (most - least) * random()),
      fieldSelector,
      labelSelector,
    }
    await api.stream(
      { method: 'GET', path, query },
      {
        signal: this.#stopping.signal,
        silentMs: this.#pace.silentMs,
        onOpen: () => {
          this.#isWatching = true
          this.#failedWith = undefined
          this.#heardAt = this.#now()
        },
        onLine: (line) => {
          this.#heardAt = this.#now()
          hasNews = this.#take(line) || hasNews
        },
      },
    )
    if (hasNews || this.#now() - startedAt > healthyMs) {
      this.#failures = 0
      this.#endedAt = this.#now()
    } else
      await this.#backOff(new KubeError(`GET ${path}`, { status: 0, reason: '', message: 'the watch ended at once' }))
  }

  /** True for news of an object. Throws KubeError for what the stream calls an error. */
  #take(line: string): boolean {
    const event = parseEvent<T>(line)
    if (!event) {
      this.#unreadable += 1
      return false
    }
    const { type, object } = event
    if (type === 'ERROR') {
      const { code = 500 } = object as unknown as { code?: number }
      throw new KubeError(`watch ${this.#options.path}`, readFailure(code, JSON.stringify(object), undefined))
    }
    this.#version = object.metadata.resourceVersion
    if (type === 'BOOKMARK') return false
    const key = keyOfMeta(object.metadata)
    const known = this.#objects.get(key)
    if (type === 'DELETED') this.#objects.delete(key)
    // Our own write may have been learned already, and was told then.
    else if (!known || known.metadata.uid !== object.metadata.uid || isNewer(object, known))
      this.#objects.set(key, this.#kept(object))
    else return true
    this.#options.onChange([key])
    return true
  }

  #kept(object: T): T {
    return this.#options.keep?.(object) ?? object
  }
}

function parseEvent<T>(line: string): WatchEvent<T> | undefined {
  try {
    const event = JSON.parse(line) as Partial<WatchEvent<T>>
    return event.type !== undefined && event.object !== undefined ? (event as WatchEvent<T>) : undefined
  } catch {
    return undefined
  }
}

/** Versions of one resource are numbers that grow (stated by the API conventions since 1.35). */
function isNewer(object: KubeObject, known: KubeObject): boolean {
  const [fresh, old] = [object, known].map(({ metadata }) => Number(metadata.resourceVersion))
  return Number.isNaN(fresh) || Number.isNaN(old) || (fresh ?? 0) > (old ?? 0)
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object && `${object.metadata.uid} ${object.metadata.resourceVersion}`
}
