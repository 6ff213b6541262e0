/** The controller as contracts/fleet-api.ts describes it. */
import type { ActivityEntry, WorkshopView } from '@workshop/contracts/fleet-api'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import { call } from './call.ts'

/** Names one Workshop. */
export interface WorkshopKey {
  readonly namespace: string
  readonly name: string
}

const path = ({ namespace, name }: WorkshopKey) =>
  `/api/workshops/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`

export const fleet = {
  workshops: () => call<readonly WorkshopView[]>('GET', '/api/workshops'),
  activity: (key: WorkshopKey) => call<readonly ActivityEntry[]>('GET', `${path(key)}/activity`),
  reconcile: (key: WorkshopKey) => call<unknown>('POST', `${path(key)}/reconcile`),
  suspend: (key: WorkshopKey, on: boolean) => call<unknown>('POST', `${path(key)}/suspend`, { on }),
  say: (key: WorkshopKey, room: WorkshopRoomSpec) => call<unknown>('PUT', `${path(key)}/room`, room),
}
