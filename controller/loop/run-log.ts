/**
 * What is being and was done, as people follow it: one run from the first difference until all is as wanted again, over
 * as many looks as it takes. Display only; the loop decides nothing from it.
 */
import type { PlanRun } from '@workshop/contracts/fleet-api'
import type { Action, ActionResult, Plan } from '@workshop/contracts/plan'

/** Earlier runs that are kept. */
const keptRuns = 20

export class RunLog {
  #current: PlanRun | undefined
  #history: readonly PlanRun[]
  readonly #startedAt = new Map<string, number>()
  readonly #running = new Set<string>()

  constructor(history: readonly PlanRun[] = []) {
    this.#history = history
  }

  /** Under way, or the last one. */
  get last(): PlanRun | undefined {
    return this.#current ?? this.#history[0]
  }

  /** Ended ones, newest first. */
  get history(): readonly PlanRun[] {
    return this.#history
  }

  /** A look found this left to do. What was under way and is not in it any more has come true. */
  planned(plan: Plan, now: number): void {
    if (!this.#current && plan.actions.length === 0) return
    const run = this.#current ?? {
      number: (this.#history[0]?.number ?? 0) + 1,
      startedAt: now,
      plan,
      results: [],
      running: [],
    }
    const open = new Map(plan.actions.map((action) => [action.key, action]))
    const results = new Map(run.results.map((result) => [result.key, result]))
    for (const key of this.#running) {
      const action = open.get(key)
      if (!action) this.#settle(results, key, 'done', now)
      else if (action.reason === 'DeployFailed') this.#settle(results, key, 'failed', now, action)
    }
    const known = new Set(run.plan.actions.map(({ key }) => key))
    const actions = [
      ...run.plan.actions.map((action) => refreshed(action, open.get(action.key))),
      ...plan.actions.filter(({ key }) => !known.has(key)),
    ]
    const isOver = plan.actions.length === 0
    this.#current = {
      ...run,
      plan: { ...plan, actions },
      results: [...results.values()],
      running: [...this.#running],
      ...(isOver ? { endedAt: now } : {}),
    }
    if (isOver) {
      this.#history = [this.#current, ...this.#history].slice(0, keptRuns)
      this.#current = undefined
      this.#running.clear()
    }
  }

  started({ key }: Action, now: number): void {
    this.#startedAt.set(key, now)
    this.#running.add(key)
    this.#refresh()
  }

  /** A call that was accepted but takes its time stays under way until a look shows it. */
  ended(action: Action, result: ActionResult): void {
    if (result.outcome === 'done' && takesTime(action)) return
    this.#running.delete(action.key)
    const others = this.#current?.results.filter(({ key }) => key !== action.key) ?? []
    this.#refresh([...others, result])
  }

  #settle(
    results: Map<string, ActionResult>,
    key: string,
    outcome: 'done' | 'failed',
    now: number,
    action?: Action,
  ): void {
    const problem = action && ({ code: 'WO-2021', message: action.message, where: action.name } as const)
    const startedAt = this.#startedAt.get(key) ?? now
    results.set(key, { key, outcome, startedAt, endedAt: now, ...(problem ? { problem } : {}) })
    this.#running.delete(key)
  }

  #refresh(results?: readonly ActionResult[]): void {
    if (!this.#current) return
    this.#current = { ...this.#current, results: results ?? this.#current.results, running: [...this.#running] }
  }
}

/** Once under way an action keeps the reason that it was begun for; only what it waits for is new. */
function refreshed(before: Action, now: Action | undefined): Action {
  if (now?.reason !== 'InProgress') return now ?? before
  return { ...before, ...(now.pending === undefined ? {} : { pending: now.pending }) }
}

function takesTime({ kind, action }: Action): boolean {
  return kind === 'Deployment' || (kind === 'App' && (action === 'create' || action === 'start' || action === 'delete'))
}
