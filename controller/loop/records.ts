/** Every Workshop that the controller knows, by key and by the workspace that it lives in. */
import type { Workspace } from '../databricks/workspace.ts'
import type { WorkshopRecord } from './record.ts'

export class Records {
  readonly #byKey = new Map<string, WorkshopRecord>()
  readonly #byWorkspace = new Map<Workspace, Set<WorkshopRecord>>()
  readonly #placeOf = new Map<WorkshopRecord, Workspace>()

  get(key: string): WorkshopRecord | undefined {
    return this.#byKey.get(key)
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  all(): readonly WorkshopRecord[] {
    return [...this.#byKey.values()]
  }

  add(record: WorkshopRecord): void {
    this.#byKey.set(record.key, record)
  }

  /** False when another record took its key. */
  remove(record: WorkshopRecord): boolean {
    this.#leave(record)
    return this.#byKey.get(record.key) === record && this.#byKey.delete(record.key)
  }

  clear(): void {
    this.#byKey.clear()
    this.#byWorkspace.clear()
    this.#placeOf.clear()
  }

  /** The others of the workspace that this one looks at now. */
  neighboursOf(record: WorkshopRecord): readonly WorkshopRecord[] {
    this.#settle(record)
    const place = this.#placeOf.get(record)
    return place ? [...(this.#byWorkspace.get(place) ?? [])].filter((other) => other !== record) : []
  }

  #settle(record: WorkshopRecord): void {
    const { workspace } = record
    if (this.#placeOf.get(record) === workspace) return
    this.#leave(record)
    if (!workspace || this.#byKey.get(record.key) !== record) return
    this.#placeOf.set(record, workspace)
    const others = this.#byWorkspace.get(workspace) ?? new Set()
    this.#byWorkspace.set(workspace, others.add(record))
  }

  #leave(record: WorkshopRecord): void {
    const place = this.#placeOf.get(record)
    this.#placeOf.delete(record)
    const others = place && this.#byWorkspace.get(place)
    others?.delete(record)
    if (place && others?.size === 0) this.#byWorkspace.delete(place)
  }
}
