/**
 * HTTP API of the controller, for the control room and for scripts. Every call carries the run key as
 * `Authorization: Bearer …`, as the cookie that `/?key=…` sets (HttpOnly, SameSite=Strict), or as `?key=` on GET.
 *
 * GET  /api/workshops                              → WorkshopView[]
 * GET  /api/workshops/:namespace/:name             → WorkshopView
 * GET  /api/workshops/:namespace/:name/activity    → ActivityEntry[] newest first, at most 200
 * POST /api/workshops/:namespace/:name/reconcile   → 202 {}: look now, deep
 * POST /api/workshops/:namespace/:name/suspend     → 202 {} body {on: boolean}
 * PUT  /api/workshops/:namespace/:name/room        → 202 {} body WorkshopRoomSpec: what is said in the room, as a whole
 * POST /api/workshops/:namespace/:name/confirm-removal → 202 {}: its spec is gone from git and waits; take it down
 * POST /hooks/git                                  → 202 {}: look at git now; signed with the webhook secret, no key
 * GET  /api/events                                 → server-sent events, see FleetEvent; `id` grows, Last-Event-ID resumes
 * GET  /metrics · /healthz · /readyz               → without key
 */
import type { Condition } from './conditions.ts'
import type { Problem } from './errors.ts'
import type { ActionResult, Plan } from './plan.ts'
import type { WorkshopStatus } from './workshop.ts'
import type { WorkshopRoomSpec } from './workshop-room.ts'

/** Where a spec comes from, and how it stands with that. */
export interface SourceView {
  /** `dir:examples/first.workshop.yaml`, `git:https://…#main:workshops/first.workshop.yaml`. */
  readonly uri: string
  /** What the spec in force was read from: a hash, or `main@sha1:…`. */
  readonly revision: string
  /** What was read last, when it is not in force. */
  readonly attempted?: string
  /** Why the source could not be read or its last revision not be taken. */
  readonly problem?: string
  /** The spec is gone from its source; why the fleet stays until a person confirms. */
  readonly removal?: string
}

/** One Workshop as the control room shows it. */
export interface WorkshopView {
  readonly namespace: string
  readonly name: string
  readonly title: string
  readonly source: SourceView
  readonly workspace: { readonly host: string; readonly user: string }
  readonly suspended: boolean
  readonly deleting: boolean
  readonly generation: number
  readonly spec: {
    readonly replicas: number
    readonly perUser: number
    readonly sessionsPerWorker: number
    readonly computeSize: string
    readonly participants: number
  }
  readonly status: WorkshopStatus
  /** What is to be said in the room; `status.room` is what hub and workers are told. */
  readonly room?: WorkshopRoomSpec
  readonly conditions: readonly Condition[]
  /** By worker; absent when there are none, or the workers cannot be asked. */
  readonly shown?: readonly ShownTerminal[]
  /** Problems of the spec that was read last, when it could not be used; the fleet then runs on the last good one. */
  readonly specProblems: readonly Problem[]
  /** The plan that is being or was last carried out, with what came of it. */
  readonly lastPlan?: PlanRun
  /** Earlier plans that changed something, newest first, at most 20. */
  readonly history: readonly PlanRun[]
  /** Epoch ms of the last completed look and of the next one. */
  readonly lookedAt?: number
  readonly nextLookAt?: number
}

/** A terminal that facilitators may watch: its owner lets them, and sees who does. */
export interface ShownTerminal {
  /** App name. */
  readonly worker: string
  readonly owner: string
  readonly title: string
  /** Its page, which opens for facilitators of the workshop only. */
  readonly url: string
}

export interface PlanRun {
  readonly number: number
  readonly startedAt: number
  readonly endedAt?: number
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  /** Keys of actions under way. */
  readonly running: readonly string[]
}

/** One line of the activity list. */
export interface ActivityEntry {
  readonly at: number
  /** Who: controller, an app name or an address. */
  readonly who: string
  readonly level: 'info' | 'warning' | 'error'
  /** One PascalCase word for programs; Kubernetes shows it as the reason of an event. */
  readonly reason?: string
  readonly text: string
}

/** What `/api/events` sends; `event:` is the type, `data:` the JSON. The first message is one `workshop` per Workshop. */
export type FleetEvent =
  | { readonly type: 'workshop'; readonly data: WorkshopView }
  | { readonly type: 'gone'; readonly data: { readonly namespace: string; readonly name: string } }
  | { readonly type: 'activity'; readonly data: ActivityEntry & { readonly namespace: string; readonly name: string } }
