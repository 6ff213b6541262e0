/**
 * The seam between the command line and the loop: what `createController(options)` (runner.ts) and `planOnce`,
 * `applyOnce`, `destroyOnce` (once.ts) are given and answer. Only types.
 */
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import type { WorkspaceLogin } from '../databricks/client/credentials.ts'
import type { LeaseTimes } from '../leader/election.ts'
import type { GitPolicy } from '../sources/git/git.ts'

export interface LoopOptions {
  /** Owner part of every marker; `default` unless set. */
  readonly controllerId: string
  /** Status, history, suspensions and issued tokens live here. */
  readonly stateDir: string
  /** For Databricks credentials and `credentials.token.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of ~/.databrickscfg; undefined when there is none. */
  readonly profileFile?: string | undefined
  /** Wins over everything that `env` and profiles say (the embedded run). */
  readonly login?: WorkspaceLogin
  /** Folder of the packaged worker: what `scripts/bundle.ts` writes to dist/worker. */
  readonly workerBundle: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Structured log lines; never a secret. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void
}

/** For `createController(options): Controller`. */
export interface ControllerOptions extends LoopOptions {
  /** `dir:PATH` (a folder, or one spec file), `git:URL#ref:path` or `kubernetes`. */
  readonly sources: readonly string[]
  /** For `kubernetes`. */
  readonly cluster?: ClusterOptions
  /** Looks between changes; 30 s unless given. */
  readonly intervalMs?: number
  /** For sources of git. */
  readonly git?: GitPolicy
}

export interface ClusterOptions {
  /** Path of a kubeconfig; the usual rules unless given. */
  readonly kubeconfig?: string | undefined
  /** Only Workshops of this namespace. */
  readonly namespace?: string | undefined
  /** Workspace hosts that Secrets may name; the platform's own domains unless given. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Namespaces that may use the controller's own credentials. */
  readonly defaultNamespaces?: readonly string[] | 'all' | undefined
  /** Only one of several controllers acts: the one that holds the Lease. */
  readonly lease?: LeaseTimes | undefined
  /** Told once when this one does not lead any more: it acts no more, and its process should end. */
  readonly onLost?: (why: string) => void
}

/** For one spec, looked at once. */
export interface OnceOptions extends LoopOptions {
  /** Path of the spec file; its relative paths start from its folder. Already validated. */
  readonly specFile: string
  /** Told after every step, so that progress can be drawn. */
  readonly onView?: (view: WorkshopView) => void
  /** Stops between two actions; what is under way is finished. */
  readonly signal?: AbortSignal
}

/** `planOnce(options): Promise<PlanReport>`; `destroyPlanOnce` answers the same for a teardown. */
export interface PlanReport {
  readonly namespace: string
  readonly name: string
  readonly workspace: { readonly host: string; readonly user: string }
  /** Epoch ms of the look, and the API calls that it took. */
  readonly observedAt: number
  readonly calls: number
  readonly plan: Plan
  /** Live sessions of the fleet where workers could be asked. */
  readonly sessions?: number
}

/** `applyOnce(options & {wait: boolean}): Promise<ApplyReport>`, `destroyOnce(options): Promise<ApplyReport>`. Failed actions are results, not throws. */
export interface ApplyReport extends PlanReport {
  readonly results: readonly ActionResult[]
  readonly view: WorkshopView
}
