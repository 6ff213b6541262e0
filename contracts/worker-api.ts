/**
 * HTTP API of hub and worker: what the participant's console calls (identity from the platform's proxy headers) and
 * what the controller calls under `/api/control/` (OAuth bearer of a principal named in the fleet file).
 * Errors are `ErrorBody`. Requests that change something need `content-type: application/json` and a same-origin
 * `Origin`. The terminal is a WebSocket on `/api/sessions/:id/terminal`, subprotocol `term.v1` (terminal-protocol.ts).
 */
import type { WorkshopSpec } from './workshop.ts'
import type { WorkshopRoomSpec } from './workshop-room.ts'

export type AgentId = WorkshopSpec['sessions']['agents'][number]

/** What protects sessions of one worker from one another, best first. `bubblewrap` is level `namespaces`. */
export type IsolationLevel = 'namespaces' | 'open'

export interface IsolationReport {
  readonly level: IsolationLevel
  /** Why a better level did not start; one sentence, empty when the best did. */
  readonly message: string
}

/** GET /api/me */
export interface Me {
  readonly email: string
  readonly displayName: string
  readonly role: 'participant' | 'facilitator'
  readonly workshop: { readonly name: string; readonly title: string }
  /** The app that answered. */
  readonly app: { readonly name: string; readonly role: 'hub' | 'worker' }
  /** Where everybody is sent to their place; absent while the hub has no address. */
  readonly hubUrl?: string
  readonly isolation: IsolationReport
  readonly limits: { readonly perUser: number; readonly perWorker: number; readonly liveHere: number }
  /** In the spec's order; the first that is available is the default. */
  readonly agents: readonly AgentInfo[]
  readonly draining: boolean
  /** What is said in the room now, and when it closes. */
  readonly room?: WorkshopRoomSpec
}

export interface AgentInfo {
  readonly id: AgentId
  readonly title: string
  readonly available: boolean
  /** Why not, when not available. */
  readonly message: string
}

/** GET /api/guide; 404 WO-4005 never: no guide is `{challenges: []}`. */
export interface Guide {
  readonly title: string
  readonly challenges: readonly { readonly id: string; readonly title: string; readonly text: string }[]
}

export type SessionState = 'preparing' | 'live' | 'exited'

/** GET /api/sessions → SessionInfo[] (own ones only); POST /api/sessions CreateSession → 201 SessionInfo; DELETE /api/sessions/:id → 204; POST /api/sessions/:id/restart → 200 SessionInfo */
export interface SessionInfo {
  /** 128 random bits or more. */
  readonly id: string
  readonly agent: AgentId
  readonly title: string
  readonly state: SessionState
  /** ISO 8601. */
  readonly createdAt: string
  readonly lastOutputAt?: string
  readonly exit?: { readonly code: number; readonly signal: number }
  readonly viewers: number
  /** Facilitators may look on. */
  readonly watchable: boolean
  readonly isolation: IsolationLevel
}

/** PUT /api/sessions/:id/watchable → 200 SessionInfo: its owner lets facilitators look on, or no longer. */
export interface LetWatch {
  readonly on: boolean
}

/** GET /api/watch/:id, for facilitators: a session whose owner lets them look on. Its terminal has the usual address. */
export interface WatchedSession {
  readonly id: string
  readonly title: string
  readonly owner: string
  readonly state: SessionState
}

/** A live session whose owner lets facilitators look on, as its worker tells the controller. */
export interface ShownSession {
  readonly id: string
  readonly owner: string
  /** What its owner called it, or the agent; never what a program says. */
  readonly title: string
}

/** Page on the session's worker where a facilitator looks on. */
export function watchPath(session: string): string {
  return `/watch/${session}`
}

/** The other way round; undefined for every other address. */
export function sessionOfWatchPath(path: string): string | undefined {
  return /^\/watch\/([0-9a-f]{32})$/.exec(path)?.[1]
}

export interface CreateSession {
  readonly agent: AgentId
  readonly title?: string
  readonly cols?: number
  readonly rows?: number
}

/**
 * PUT /api/sessions/:id/files/:name with the bytes as `application/octet-stream` → 201 UploadedFile. One at a time per
 * session. A name that is taken gets a number; nothing is ever overwritten.
 */
export interface UploadedFile {
  /** Absolute, as the session sees it. */
  readonly path: string
  readonly size: number
}

/** Bounds that page and worker both keep. Sizes in bytes. */
export const uploadLimits = {
  maxFile: 10_485_760,
  /** Of one session together. */
  maxTotal: 104_857_600,
  maxFiles: 100,
  /** UTF-16 units. */
  maxName: 60,
} as const

/** Class of a regular expression: separators, controls, and marks that hide text or turn its direction are in no name of a file. */
export const unfitInNames = String.raw`[\u0000-\u001f\u007f-\u009f/\\\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]`

/** Address of a file to be. */
export function uploadPath(session: string, name: string): string {
  return `/api/sessions/${session}/files/${name}`
}

/** GET /api/join on the hub: where this person sits. `url` is set once the worker is ready; then the browser goes there. */
export interface JoinState {
  readonly email: string
  readonly worker: string
  readonly state: 'ready' | 'preparing' | 'no-seat'
  readonly url?: string
  readonly message: string
}

/** Somebody on a worker. */
export interface Presence {
  readonly email: string
  /** Sessions that run. */
  readonly live: number
  /** Sessions that have ended and can be restarted; absent from workers of before they were counted. */
  readonly ended?: number
}

/** GET /api/control/status */
export interface WorkerStatus {
  readonly app: string
  readonly role: 'hub' | 'worker'
  readonly version: string
  readonly fleetVersion: number
  readonly isolation: IsolationReport
  readonly sessions: {
    readonly live: number
    /** With sessions, most live ones first; then, with none, who was let in within the last two minutes. */
    readonly people: readonly Presence[]
    /** Absent from workers of before there was a list. */
    readonly shown?: readonly ShownSession[]
  }
  readonly draining: boolean
  /** Bytes; limit from the cgroup where there is one. */
  readonly memory: { readonly used: number; readonly limit: number }
  readonly agents: readonly AgentInfo[]
}

/** POST /api/control/reload {} → 204: read the fleet file now. POST /api/control/drain {on: boolean} → 204: no new sessions. */
export interface DrainRequest {
  readonly on: boolean
}
