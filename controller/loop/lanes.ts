/**
 * Ready keys in order: urgent ones first, lanes in turn, first come first served within a lane, and no lane with more
 * than its share under way. A lane is a workspace: one that does not answer holds up nobody but itself.
 */

/** `soon`: somebody changed or asked something. `later`: a look that only time asked for. */
export type Urgency = 'soon' | 'later'

/** Of so many keys handed out one is of the other kind, so that a flood of changes does not keep drift from being seen. */
const laterEvery = 4

interface Lane {
  readonly ready: Readonly<Record<Urgency, Set<string>>>
  working: number
}

export class Lanes {
  readonly #perLane: number
  readonly #lanes = new Map<string, Lane>()
  /** Lanes with a ready key of this urgency and a free place, in the order of their turns. */
  readonly #open: Readonly<Record<Urgency, Set<Lane>>> = { soon: new Set(), later: new Set() }
  readonly #laneOfKey = new Map<string, string>()
  readonly #depth = { soon: 0, later: 0 }
  #handed = 0

  constructor(perLane: number) {
    this.#perLane = perLane
  }

  depth(urgency: Urgency): number {
    return this.#depth[urgency]
  }

  /** A key that is ready already only grows more urgent. */
  put(key: string, name: string, urgency: Urgency): void {
    const known = this.#laneOfKey.get(key)
    const lane = this.#lane(known ?? name)
    if (lane.ready.soon.has(key) || (urgency === 'later' && lane.ready.later.has(key))) return
    if (lane.ready.later.delete(key)) this.#depth.later -= 1
    this.#laneOfKey.set(key, known ?? name)
    lane.ready[urgency].add(key)
    this.#depth[urgency] += 1
    this.#sort(lane)
  }

  /** The key whose turn it is; it takes a place of its lane until `free`. */
  next(): string | undefined {
    const first: Urgency = this.#handed % laterEvery === laterEvery - 1 ? 'later' : 'soon'
    const urgency = this.#open[first].size > 0 ? first : first === 'soon' ? 'later' : 'soon'
    const [lane] = this.#open[urgency]
    const [key] = lane?.ready[urgency] ?? []
    if (!lane || key === undefined) return undefined
    this.#handed += 1
    lane.ready[urgency].delete(key)
    this.#depth[urgency] -= 1
    lane.working += 1
    // To the end of the line, if it stays in it.
    for (const open of Object.values(this.#open)) open.delete(lane)
    this.#sort(lane)
    return key
  }

  /** A key that `next` gave is done. */
  free(key: string): void {
    const name = this.#laneOfKey.get(key)
    const lane = name === undefined ? undefined : this.#lanes.get(name)
    this.#laneOfKey.delete(key)
    if (!lane || name === undefined) return
    lane.working -= 1
    this.#settle(name, lane)
  }

  /** A ready key that is not wanted any more. */
  drop(key: string): void {
    const name = this.#laneOfKey.get(key)
    const lane = name === undefined ? undefined : this.#lanes.get(name)
    this.#laneOfKey.delete(key)
    if (!lane || name === undefined) return
    for (const urgency of ['soon', 'later'] as const) if (lane.ready[urgency].delete(key)) this.#depth[urgency] -= 1
    this.#settle(name, lane)
  }

  #lane(name: string): Lane {
    const lane = this.#lanes.get(name) ?? { ready: { soon: new Set<string>(), later: new Set<string>() }, working: 0 }
    this.#lanes.set(name, lane)
    return lane
  }

  #settle(name: string, lane: Lane): void {
    this.#sort(lane)
    if (lane.working === 0 && lane.ready.soon.size + lane.ready.later.size === 0) this.#lanes.delete(name)
  }

  #sort(lane: Lane): void {
    for (const urgency of ['soon', 'later'] as const) {
      const isOpen = lane.ready[urgency].size > 0 && lane.working < this.#perLane
      if (isOpen) this.#open[urgency].add(lane)
      else this.#open[urgency].delete(lane)
    }
  }
}
