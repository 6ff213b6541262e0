/** Prometheus metrics under the names that dashboards of controllers expect (controller-runtime's), and our own. No person's name is ever a label. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { watchStates } from '../kubernetes/watch-state.ts'
import type { Source } from '../sources/source.ts'
import { processMetrics } from './process-metrics.ts'
import type { WorkshopRecord } from './record.ts'

const labels = { controller: 'workshop' } as const
const labelNames = ['controller']
/** controller-runtime's. */
const turnSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]
const workerStates = ['Ready', 'Progressing', 'Draining', 'Degraded', 'Missing', 'Unknown'] as const

/**
 * How a turn ended. `success`: all is as wanted. `requeue_after`: something is under way, and the next look follows soon.
 * `terminal`: only a person can help. `panic`: a fault of our own.
 */
export type TurnEnd = 'success' | 'requeue_after' | 'error' | 'terminal' | 'panic'

export class LoopMetrics {
  readonly registry = new Registry()
  readonly #turns = this.#counter('controller_runtime_reconcile_total', 'Reconciles by result', [
    ...labelNames,
    'result',
  ])
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed', labelNames)
  readonly #terminal = this.#counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Reconciles that failed for a reason that only a person can mend',
    labelNames,
  )
  readonly #panics = this.#counter(
    'controller_runtime_reconcile_panics_total',
    'Reconciles that failed by a fault of the controller itself',
    labelNames,
  )
  readonly #active = this.#gauge('controller_runtime_active_workers', 'Reconciles under way', labelNames)
  readonly #most = this.#gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Reconciles at once, at most',
    labelNames,
  )
  readonly #seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconcile',
    labelNames,
    buckets: turnSeconds,
    registers: [this.registry],
  })
  readonly #requests = this.#counter(
    'workshop_external_requests_total',
    'Calls to Databricks by API and status code; 0 is the network',
    ['api', 'method', 'code'],
  )
  readonly #throttled = this.#counter(
    'workshop_external_throttled_seconds_total',
    'Seconds for which Databricks asked for quiet',
    [],
  )
  readonly #drift = this.#counter(
    'workshop_drift_total',
    'Differences that appeared in a settled fleet without a change of its spec, by kind of object and field',
    ['kind', 'field'],
  )
  readonly #clusterCalls = this.#counter(
    'rest_client_requests_total',
    'Calls to the Kubernetes API by status code; 0 is the network',
    ['code', 'method', 'host'],
  )
  readonly #leader = this.#gauge('leader_election_master_status', '1 while this controller leads', ['name'])
  readonly #workers = this.#gauge('workshop_workers', 'Worker apps by state', ['namespace', 'workshop', 'state'])
  readonly #sessions = this.#gauge('workshop_sessions', 'Live sessions', ['namespace', 'workshop'])
  readonly #sourceSuccess = this.#gauge(
    'workshop_source_last_success_timestamp',
    'Unix time, in seconds, of the last time that the source was read and taken as a whole',
    ['source'],
  )
  readonly #sourceFailing = this.#gauge(
    'workshop_source_failing',
    '1 while the source cannot be read or its last revision is not taken',
    ['source'],
  )
  readonly #watches = this.#gauge('workshop_watches', 'Watches on the cluster by kind of object and state', [
    'source',
    'resource',
    'state',
  ])

  /** `workers`: turns at once, at most. */
  constructor(workers: number) {
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) this.#turns.inc({ ...labels, result }, 0)
    for (const counter of [this.#errors, this.#terminal, this.#panics]) counter.inc(labels, 0)
    this.#seconds.zero(labels)
    this.#active.set(labels, 0)
    this.#most.set(labels, workers)
    processMetrics(this.registry)
  }

  /** How it is now. */
  source({ uri: source, lastSuccessAt, watches }: Pick<Source, 'uri' | 'lastSuccessAt' | 'watches'>): void {
    for (const { resource, counts } of watches?.() ?? [])
      for (const state of watchStates) this.#watches.set({ source, resource, state }, counts[state])
    if (!lastSuccessAt) return
    const at = lastSuccessAt()
    this.#sourceFailing.set({ source }, at === undefined ? 1 : 0)
    if (at !== undefined) this.#sourceSuccess.set({ source }, at / 1_000)
  }

  turnBegan(): void {
    this.#active.inc(labels)
  }

  turnEnded(end: TurnEnd, ms: number): void {
    const failed = end !== 'success' && end !== 'requeue_after'
    this.#active.dec(labels)
    this.#turns.inc({ ...labels, result: failed ? 'error' : end })
    if (failed) this.#errors.inc(labels)
    if (end === 'terminal') this.#terminal.inc(labels)
    if (end === 'panic') this.#panics.inc(labels)
    this.#seconds.observe(labels, ms / 1_000)
  }

  attempt({ method, path, status }: { readonly method: string; readonly path: string; readonly status: number }): void {
    this.#requests.inc({ api: apiOf(path), method, code: String(status) })
  }

  /** So far, all hosts together. */
  throttled(ms: number): void {
    this.#throttled.reset()
    this.#throttled.inc(ms / 1_000)
  }

  drift(kind: string, field: string): void {
    this.#drift.inc({ kind, field })
  }

  clusterCall({ method, host, status }: { readonly method: string; readonly host: string; readonly status: number }) {
    this.#clusterCalls.inc({ method, host, code: String(status) })
  }

  leads(on: boolean): void {
    this.#leader.set({ name: 'workshop-operator' }, on ? 1 : 0)
  }

  fleet({ identity, status }: WorkshopRecord): void {
    const { namespace, name: workshop } = identity
    const counts = new Map<string, number>()
    for (const { state = 'Unknown' } of (status?.fleet ?? []).slice(1)) counts.set(state, (counts.get(state) ?? 0) + 1)
    for (const state of workerStates) this.#workers.set({ namespace, workshop, state }, counts.get(state) ?? 0)
    this.#sessions.set({ namespace, workshop }, status?.capacity?.active ?? 0)
  }

  /** A Workshop that is gone has no series, or sums over a year of them would count the dead. */
  gone({ identity: { namespace, name: workshop } }: WorkshopRecord): void {
    for (const state of workerStates) this.#workers.remove({ namespace, workshop, state })
    this.#sessions.remove({ namespace, workshop })
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }

  #counter(name: string, help: string, names: readonly string[]): Counter {
    return new Counter({ name, help, labelNames: [...names], registers: [this.registry] })
  }

  #gauge(name: string, help: string, names: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames: [...names], registers: [this.registry] })
  }
}

/** `/api/2.0/secrets/put` → `secrets`. */
function apiOf(path: string): string {
  return path.split('/')[3] ?? 'other'
}
