/** A Controller whose Workshops a test sets. It records what it was asked to do. */
import type { FleetEvent, WorkshopView } from '@workshop/contracts/fleet-api'
import type { Controller } from './controller.ts'

export interface FakeController extends Controller {
  readonly calls: string[]
  /** Sets one Workshop and tells the subscribers. */
  readonly show: (view: WorkshopView) => void
  readonly emit: (event: FleetEvent) => void
}

/** A view of a ready first workshop; `over` replaces fields. */
export function fakeView(over: Partial<WorkshopView> = {}): WorkshopView {
  return {
    namespace: 'default',
    name: 'first-workshop',
    title: 'Build it with agents',
    source: { uri: 'dir:examples/first.workshop.yaml', revision: '07aa41d' },
    workspace: { host: 'http://127.0.0.1:8090', user: 'op@example.com' },
    suspended: false,
    deleting: false,
    generation: 1,
    spec: { replicas: 2, perUser: 3, sessionsPerWorker: 30, computeSize: 'MEDIUM', participants: 4 },
    status: { observedGeneration: 1, url: 'http://vibe-hub.apps.localhost:8090' },
    conditions: [],
    specProblems: [],
    history: [],
    ...over,
  }
}

export function fakeController(...initial: readonly WorkshopView[]): FakeController {
  const views = new Map(initial.map((view) => [`${view.namespace}/${view.name}`, view]))
  const listeners = new Set<(event: FleetEvent) => void>()
  const calls: string[] = []
  const emit = (event: FleetEvent) => {
    for (const listener of listeners) listener(event)
  }
  return {
    calls,
    emit,
    show: (view) => {
      views.set(`${view.namespace}/${view.name}`, view)
      emit({ type: 'workshop', data: view })
    },
    start: async () => {},
    stop: async () => {},
    views: () => [...views.values()],
    view: (key) => views.get(key),
    activity: () => [{ at: 1, who: 'controller', level: 'info', text: 'looked' }],
    reconcileNow: (key, deep) => views.has(key) && calls.push(`reconcile ${key}${deep ? ' deep' : ''}`) > 0,
    setSuspended: (key, on) => views.has(key) && calls.push(`suspend ${key} ${on}`) > 0,
    setRoom: async (key, room) => views.has(key) && calls.push(`room ${key} ${JSON.stringify(room)}`) > 0,
    pollSources: () => void calls.push('poll'),
    confirmRemoval: (key) => views.has(key) && calls.push(`confirm ${key}`) > 0,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    health: () => [{ name: 'source', ok: views.size > 0, message: '' }],
    metrics: async () => 'workshop_looks_total 1\n',
  }
}
