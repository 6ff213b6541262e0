/** What tests, benches and rehearsals change: time, chance, transport and pace. A real run takes none of it. */
import type { Patience } from '../core/attempts.ts'
import { type Pace, steadyPace } from '../core/requeue.ts'
import type { WorkspaceOptions } from '../databricks/workspace.ts'
import type { WatchPace } from '../kubernetes/watcher.ts'

export interface Tuning extends Omit<WorkspaceOptions, 'login'> {
  readonly pace?: Partial<Pace>
  readonly patience?: Patience
  /** Between two readings of the spec folder, ms. */
  readonly sourcePollMs?: number
  /** Ms of a clock that nobody can set. */
  readonly monotonic?: () => number
  /** How a cluster is watched. */
  readonly watchPace?: Partial<WatchPace>
  /** Of one call to a cluster, ms. */
  readonly clusterTimeoutMs?: number
}

/** First repeat after a second: about what a listing needs to show a write. */
export const steadyPatience: Patience = { firstMs: 1_000, maxMs: 300_000 }

export function paceOf(tuning: Tuning, intervalMs?: number): Pace {
  return { ...steadyPace, ...(intervalMs === undefined ? {} : { driftMs: intervalMs }), ...tuning.pace }
}
