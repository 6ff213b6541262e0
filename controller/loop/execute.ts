/** Carries out a plan: actions of one app one after the other, apps side by side, shared ones first where others name them. A failure stops what depends on it and nothing else. */
import { messageOf, type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import { lanes, readiness } from '../core/order.ts'
import type { Planned, PlatformCall } from '../core/steps.ts'

export interface Execution {
  readonly act: (call: PlatformCall) => Promise<void>
  readonly now: () => number
  /** Asked before every action; aborted ends the pass between two actions. */
  readonly signal?: AbortSignal | undefined
  readonly onStart?: (action: Action) => void
  readonly onEnd?: (action: Action, result: ActionResult) => void
}

/** One result for every action that was carried out or could not be; pending ones have none. Never throws. */
export async function execute({ plan, calls }: Planned, execution: Execution): Promise<readonly ActionResult[]> {
  const results = new Map<string, ActionResult>()
  const settled = new Map<string, Promise<void>>()
  const finish = new Map<string, () => void>()
  for (const { key } of plan.actions) settled.set(key, new Promise((resolve) => finish.set(key, resolve)))

  const runOne = async (action: Action) => {
    await Promise.all(action.after.map((key) => settled.get(key)))
    const call = calls.get(action.key)
    const isNow = call !== undefined && readiness(action, plan.actions, results) === 'go'
    if (isNow && !execution.signal?.aborted) results.set(action.key, await attempt(action, call, execution))
    finish.get(action.key)?.()
  }
  await Promise.all(
    lanes(plan.actions).map(async (lane) => {
      for (const action of lane) await runOne(action)
    }),
  )
  return plan.actions.flatMap(({ key }) => results.get(key) ?? [])
}

async function attempt(action: Action, call: PlatformCall, execution: Execution): Promise<ActionResult> {
  const startedAt = execution.now()
  execution.onStart?.(action)
  const problem = await execution.act(call).then(
    () => undefined,
    (error: unknown) => problemOf(error, action.key),
  )
  const outcome = problem ? 'failed' : 'done'
  const result = {
    key: action.key,
    outcome,
    startedAt,
    endedAt: execution.now(),
    ...(problem ? { problem } : {}),
  } as const
  execution.onEnd?.(action, result)
  return result
}

/** Anything thrown, as a problem that can be shown. */
export function problemOf(error: unknown, where: string): Problem {
  if (error instanceof WorkshopError && error.problems[0]) return error.problems[0]
  return { code: 'WO-9099', message: messageOf(error), where }
}
