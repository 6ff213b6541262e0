/**
 * The fleet file: what hub and workers must know and what may change while sessions live. One versioned JSON file in
 * the workspace, written by the controller, read by every app with its own service principal (every 15 s and on the
 * controller's nudge). Never in environment or snapshot: a roster change must not redeploy anything.
 */
import type { WorkshopSpec } from './workshop.ts'
import type { WorkshopRoomSpec } from './workshop-room.ts'

/** One app of the fleet. */
export interface FleetMember {
  readonly name: string
  /** 0 is the hub. */
  readonly ordinal: number
  /** Public origin, no trailing slash; empty until the app exists. */
  readonly url: string
  /** Takes no new people. */
  readonly cordoned: boolean
  /** Deployed and running when the controller last looked. A hint for the hub, not a promise. */
  readonly ready: boolean
}

export interface FleetFile {
  readonly format: 1
  /** Grows with every change of content. */
  readonly version: number
  readonly workshop: { readonly namespace: string; readonly name: string; readonly title: string }
  readonly hub: FleetMember
  readonly workers: readonly FleetMember[]
  /** Lower-cased addresses, sorted. */
  readonly participants: readonly string[]
  readonly facilitators: readonly string[]
  /** Principals (address or application id, lower-cased) that may call `/api/control/…`. */
  readonly operators: readonly string[]
  /** Address → worker, for people whose sessions keep them where placement would no longer put them. */
  readonly pins?: Readonly<Record<string, string>>
  /** People that one worker may hold: floor(sessionsPerWorker / perUser), at least 1. */
  readonly peoplePerWorker: number
  readonly sessions: {
    readonly perUser: number
    readonly perWorker: number
    readonly agents: WorkshopSpec['sessions']['agents']
    readonly idleTimeoutMs: number
    readonly isolation: WorkshopSpec['sessions']['isolation']
  }
  readonly models: { readonly claude: string }
  readonly skills: readonly string[]
  readonly guide?: WorkshopSpec['guide']
  /** What is said in the room now, and when it closes. */
  readonly room?: WorkshopRoomSpec
}

/**
 * Environment of a deployed hub or worker that the controller sets, beside what the platform injects
 * (DATABRICKS_APP_NAME, DATABRICKS_HOST, DATABRICKS_CLIENT_ID/_SECRET, DATABRICKS_APP_PORT …).
 * The role follows from the fleet file: the app whose name is `hub.name` is the hub.
 */
export const workerEnv = {
  /** Absolute workspace path of the fleet file. */
  fleetFile: 'WORKSHOP_FLEET_FILE',
  /** The model token, by `valueFrom` of the app's secret resource. */
  modelToken: 'CLAUDE_API_TOKEN',
} as const
