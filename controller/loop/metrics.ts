/** Prometheus metrics under the names that dashboards of controllers expect (controller-runtime's), and our own. No person's name is ever a label. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { WorkshopRecord } from './record.ts'

const labels = { controller: 'workshop' } as const

export class LoopMetrics {
  readonly #registry = new Registry()
  readonly #turns = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by result',
    labelNames: ['controller', 'result'],
    registers: [this.#registry],
  })
  readonly #seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconcile',
    labelNames: ['controller'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    registers: [this.#registry],
  })
  readonly #requests = new Counter({
    name: 'workshop_external_requests_total',
    help: 'Calls to Databricks by API and status code; 0 is the network',
    labelNames: ['api', 'method', 'code'],
    registers: [this.#registry],
  })
  readonly #clusterCalls = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls to the Kubernetes API by status code; 0 is the network',
    labelNames: ['code', 'method', 'host'],
    registers: [this.#registry],
  })
  readonly #leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this controller leads',
    labelNames: ['name'],
    registers: [this.#registry],
  })
  readonly #workers = new Gauge({
    name: 'workshop_workers',
    help: 'Worker apps by state',
    labelNames: ['namespace', 'workshop', 'state'],
    registers: [this.#registry],
  })
  readonly #sessions = new Gauge({
    name: 'workshop_sessions',
    help: 'Live sessions',
    labelNames: ['namespace', 'workshop'],
    registers: [this.#registry],
  })

  readonly #sourceSuccess = new Gauge({
    name: 'workshop_source_last_success_timestamp',
    help: 'Unix time, in seconds, of the last time that the source was read and taken as a whole',
    labelNames: ['source'],
    registers: [this.#registry],
  })
  readonly #sourceFailing = new Gauge({
    name: 'workshop_source_failing',
    help: '1 while the source cannot be read or its last revision is not taken',
    labelNames: ['source'],
    registers: [this.#registry],
  })

  constructor() {
    for (const result of ['success', 'error']) this.#turns.inc({ ...labels, result }, 0)
  }

  /** `lastSuccessAt` in epoch ms; undefined while the source fails. */
  source(source: string, lastSuccessAt: number | undefined): void {
    this.#sourceFailing.set({ source }, lastSuccessAt === undefined ? 1 : 0)
    if (lastSuccessAt !== undefined) this.#sourceSuccess.set({ source }, lastSuccessAt / 1_000)
  }

  turn(result: 'success' | 'error', ms: number): void {
    this.#turns.inc({ ...labels, result })
    this.#seconds.observe(labels, ms / 1_000)
  }

  attempt({ method, path, status }: { readonly method: string; readonly path: string; readonly status: number }): void {
    this.#requests.inc({ api: apiOf(path), method, code: String(status) })
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
    for (const state of ['Ready', 'Progressing', 'Draining', 'Degraded', 'Missing', 'Unknown']) {
      this.#workers.set({ namespace, workshop, state }, counts.get(state) ?? 0)
    }
    this.#sessions.set({ namespace, workshop }, status?.capacity?.active ?? 0)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

/** `/api/2.0/secrets/put` → `secrets`. */
function apiOf(path: string): string {
  return path.split('/')[3] ?? 'other'
}
