/** A plan as data: what the controller will do to the platform and why. Shown by `workshop plan`, the control room and tests. */

/** What is done to one object. */
export type ActionKind = 'create' | 'update' | 'deploy' | 'start' | 'restart' | 'drain' | 'delete' | 'adopt' | 'none'

/** The kinds of object that a Workshop owns. */
export type ObjectKind =
  | 'App'
  | 'Deployment'
  | 'Permissions'
  | 'SecretScope'
  | 'Secret'
  | 'Token'
  | 'WorkspaceFolder'
  | 'FleetFile'

/** One field that differs. Secret values appear as `sha256:<first 6 hex>…`, never as they are. */
export interface FieldChange {
  readonly path: string
  readonly wanted: string
  readonly found: string
}

/** One API-level step. `key` is unique in a plan: `App/vibe-worker-3`. */
export interface Action {
  readonly key: string
  readonly action: ActionKind
  readonly kind: ObjectKind
  readonly name: string
  /** The app this belongs to; actions of one app run one after the other, apps run side by side. Absent: shared. */
  readonly app?: string
  /** PascalCase word for programs: Missing, Drifted, SpecChanged, NotWanted, Expiring, SourceChanged, Stopped, Crashed … */
  readonly reason: string
  /** One sentence for people. */
  readonly message: string
  readonly changes: readonly FieldChange[]
  /** Keys of actions that must have succeeded first. */
  readonly after: readonly string[]
  /**
   * Why this is not done now, for people: the platform is at it already (reason InProgress), compute is not up, it is
   * not this worker's turn, people still sit there. Absent: carried out now.
   */
  readonly pending?: string
}

/** Something that stands in the way and that the controller must not solve by itself. */
export interface Blocker {
  readonly code: import('./errors.ts').ErrorCode
  readonly name: string
  readonly message: string
}

export interface Plan {
  /** `namespace/name` of the Workshop. */
  readonly workshop: string
  readonly actions: readonly Action[]
  readonly blockers: readonly Blocker[]
  /** Objects that are as wanted, by kind. */
  readonly inSync: Readonly<Partial<Record<ObjectKind, number>>>
}

/** How one action ended. */
export interface ActionResult {
  readonly key: string
  readonly outcome: 'done' | 'failed' | 'skipped'
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly problem?: import('./errors.ts').Problem
}
