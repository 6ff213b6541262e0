/** What the API and the command line see of a running controller. */
import type { ActivityEntry, FleetEvent, WorkshopView } from '@workshop/contracts/fleet-api'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import type { HealthCheck } from '../kubernetes/watch-state.ts'

/** A source and a loop over its Workshops. Keys are `namespace/name`. */
export interface Controller {
  /** Starts watching and reconciling; resolves once the source was read for the first time. */
  readonly start: () => Promise<void>
  /** Lets actions under way finish (at most 30 s), then stops. Nothing is deleted. */
  readonly stop: () => Promise<void>
  readonly views: () => readonly WorkshopView[]
  readonly view: (key: string) => WorkshopView | undefined
  /** Newest first, at most 200. */
  readonly activity: (key: string) => readonly ActivityEntry[]
  /** Look now; deep looks read permissions, ACLs and groups too. False when there is no such Workshop. */
  readonly reconcileNow: (key: string, deep?: boolean) => boolean
  /** Stop or go on acting, beside what the spec says. Kept in the state directory. */
  readonly setSuspended: (key: string, on: boolean) => boolean
  /** Says something in the room, or takes it back: as a whole. False when there is no such Workshop. Rejects with what the source refuses. */
  readonly setRoom: (key: string, room: WorkshopRoomSpec) => Promise<boolean>
  /** Sources that are not told of changes look for some now. */
  readonly pollSources: () => void
  /** Takes a Workshop down whose spec is gone from its source and whose removal waits for a person. False when none waits. */
  readonly confirmRemoval: (key: string) => boolean
  /** Calls back on every change until the returned function is called. */
  readonly subscribe: (listener: (event: FleetEvent) => void) => () => void
  /** For /readyz: each check by name. */
  readonly health: () => readonly HealthCheck[]
  /** Prometheus text. */
  readonly metrics: () => Promise<string>
}
