/** Tells whoever follows the controller what can be seen differently now. Costs nothing while nobody follows. */
import type { FleetEvent, WorkshopView } from '@workshop/contracts/fleet-api'
import type { WorkshopRecord } from './record.ts'

export class Feed {
  readonly #viewOf: (record: WorkshopRecord) => WorkshopView
  readonly #listeners = new Set<(event: FleetEvent) => void>()
  /** By key: epoch ms of the newest activity that was told. */
  readonly #told = new Map<string, number>()

  constructor(viewOf: (record: WorkshopRecord) => WorkshopView) {
    this.#viewOf = viewOf
  }

  subscribe(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(record: WorkshopRecord): void {
    const newest = record.activity[0]?.at ?? 0
    const told = this.#told.get(record.key) ?? 0
    this.#told.set(record.key, newest)
    if (this.#listeners.size === 0) return
    const { namespace, name } = record.identity
    const fresh = record.activity.filter(({ at }) => at > told).reverse()
    for (const entry of fresh) this.#emit({ type: 'activity', data: { ...entry, namespace, name } })
    this.#emit({ type: 'workshop', data: this.#viewOf(record) })
  }

  gone({ key, identity }: WorkshopRecord): void {
    this.#told.delete(key)
    this.#emit({ type: 'gone', data: identity })
  }

  #emit(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
