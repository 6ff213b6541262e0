/**
 * Events beside a Workshop, for `kubectl describe`. Repeats are counted on one event, a chatty Workshop is cut short,
 * and nothing ever waits for an event: when the API is slow or refuses, events are lost.
 */
import { createHash } from 'node:crypto'
import type { ActivityEntry } from '@workshop/contracts/fleet-api'
import type { KubeApi } from '../../kubernetes/api.ts'
import { collectionPath, events, objectPath } from '../../kubernetes/objects.ts'
import type { WorkshopObject } from './resolve.ts'

/** Events of one Workshop at once, and how soon one more may follow: client-go's figures. */
const burst = 25
const refillMs = 300_000
/** A repeat within this counts on the event that is there. */
const seriesMs = 600_000
/** What waits to be sent; more than that is lost. */
const maxWaiting = 100
/** Of one event, ms: an API that is slower has better things to do. */
const sendMs = 5_000

interface Series {
  readonly name: string
  count: number
  lastAt: number
}

export class EventRecorder {
  readonly #api: KubeApi
  readonly #instance: string
  readonly #series = new Map<string, Series>()
  readonly #budgets = new Map<string, { left: number; at: number }>()
  readonly #closing = new AbortController()
  #waiting = 0
  #sending: Promise<void> = Promise.resolve()

  /** `instance` tells this process from other ones. */
  constructor(api: KubeApi, instance: string) {
    this.#api = api
    this.#instance = instance
  }

  record(object: WorkshopObject, entry: ActivityEntry): void {
    const { uid } = object.metadata
    if (this.#waiting >= maxWaiting || !this.#mayTell(uid, entry.at)) return
    const key = digest([uid, entry.level, entry.reason ?? '', entry.text].join('\n'))
    this.#prune(entry.at)
    const known = this.#series.get(key)
    if (known) {
      known.count += 1
      known.lastAt = entry.at
    }
    const series = known ?? {
      name: `${object.metadata.name}.${key}${entry.at.toString(36)}`,
      count: 1,
      lastAt: entry.at,
    }
    this.#series.set(key, series)
    this.#waiting += 1
    this.#sending = this.#sending
      .then(() => this.#send(object, entry, series, known !== undefined))
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1
      })
  }

  /** Sends what waits, for `ms` at most. */
  async close(ms = sendMs): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), ms)
    await this.#sending
    clearTimeout(timer)
  }

  async #send(object: WorkshopObject, entry: ActivityEntry, series: Series, isRepeat: boolean): Promise<void> {
    const { name, namespace, uid } = object.metadata
    const { signal } = this.#closing
    if (signal.aborted) return
    const time = micro(entry.at)
    if (isRepeat) {
      await this.#api.json(
        {
          method: 'PATCH',
          path: objectPath(events, namespace, series.name),
          contentType: 'application/merge-patch+json',
          body: { series: { count: series.count, lastObservedTime: time } },
          maxTries: 1,
          timeoutMs: sendMs,
        },
        signal,
      )
      return
    }
    await this.#api.json(
      {
        method: 'POST',
        path: collectionPath(events, namespace),
        body: {
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: series.name, namespace },
          eventTime: time,
          reportingController: 'vibeworkshop.dev/workshop-operator',
          reportingInstance: this.#instance,
          type: entry.level === 'info' ? 'Normal' : 'Warning',
          reason: entry.reason ?? 'Noted',
          action: entry.reason ?? 'Noted',
          note: entry.text.slice(0, 1_000),
          regarding: { apiVersion: 'vibeworkshop.dev/v1alpha1', kind: 'Workshop', name, namespace, uid },
        },
        maxTries: 1,
        timeoutMs: sendMs,
      },
      signal,
    )
  }

  #mayTell(uid: string, now: number): boolean {
    const budget = this.#budgets.get(uid) ?? { left: burst, at: now }
    const left = Math.min(burst, budget.left + Math.max(0, now - budget.at) / refillMs)
    this.#budgets.set(uid, { left: left < 1 ? left : left - 1, at: now })
    return left >= 1
  }

  #prune(now: number): void {
    for (const [key, { lastAt }] of this.#series) if (now - lastAt > seriesMs) this.#series.delete(key)
  }
}

/** Kubernetes' MicroTime wants six digits. */
export function micro(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}
