/** One turn of one record: reconcile it or take it down, keep what came of it, and tell whoever watches. */
import type { Action, ActionResult } from '@workshop/contracts/plan'
import type { Patience } from '../core/attempts.ts'
import type { Pace } from '../core/requeue.ts'
import { nextStatus, troubledStatus } from '../core/status.ts'
import { type Bundle, readBundle } from '../databricks/bundle.ts'
import { CallError } from '../databricks/client/call-error.ts'
import type { Workspace } from '../databricks/workspace.ts'
import { problemOf } from './execute.ts'
import { probeFleet } from './probe.ts'
import { reconcile } from './reconcile.ts'
import type { WorkshopRecord } from './record.ts'
import { tearDown } from './teardown.ts'

export interface TurnContext {
  readonly workspaceOf: (profile: string | undefined) => Workspace
  readonly workerBundle: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pace: Pace
  readonly patience: Patience
  readonly random: () => number
  readonly signal: AbortSignal
  /** Something of this record can be seen differently now. */
  readonly changed: (record: WorkshopRecord) => void
}

/** Milliseconds until the next look, or `gone` when a teardown left nothing. Throws what a look throws. */
export async function takeTurn(record: WorkshopRecord, context: TurnContext): Promise<number | 'gone'> {
  const workspace = context.workspaceOf(record.wish.workshop.spec.workspaceRef?.profile)
  record.workspace = workspace
  record.user = (await workspace.me()).userName
  return record.leaving ? leave(record, workspace, context) : stay(record, workspace, context)
}

async function stay(record: WorkshopRecord, workspace: Workspace, context: TurnContext): Promise<number> {
  const { pace, patience, env } = context
  const deep = record.deep
  record.deep = false
  const outcome = await reconcile({
    subject: record.subject(),
    workspace,
    bundle: await bundleFor(record, context.workerBundle),
    env,
    deep,
    rotateBefore: workspace.clock.now() - pace.driftMs / 2,
    before: record.status,
    pace,
    patience,
    random: context.random,
    watch: watchOf(record, workspace, context),
    onPlan: (plan) => {
      if (!record.suspended) record.log.planned(plan, workspace.clock.now())
    },
  }).catch((error: unknown) => {
    record.deep ||= deep
    throw error
  })
  sayStates(record, outcome.status.fleet ?? [], workspace.clock.now())
  record.last = outcome
  record.status = outcome.status
  record.participants = outcome.desired.roster.participants.length
  record.lookedAt = outcome.observed.at
  context.changed(record)
  return outcome.waitMs
}

async function leave(record: WorkshopRecord, workspace: Workspace, context: TurnContext): Promise<number | 'gone'> {
  if (record.wish.workshop.spec.deletionPolicy === 'Orphan') return 'gone'
  const { patience, pace } = context
  const outcome = await tearDown({
    subject: record.subject(),
    workspace,
    patience,
    watch: watchOf(record, workspace, context),
    onPlan: (plan) => record.log.planned(plan, workspace.clock.now()),
  })
  record.lookedAt = outcome.observed.at
  const message = `${outcome.plan.actions.length} things are left to delete`
  const trouble = { reason: 'Deleting', message, stalled: false }
  record.status = troubledStatus(record.status, record.generation, trouble, iso(workspace.clock.now()))
  context.changed(record)
  if (outcome.isGone) return 'gone'
  return outcome.results.some(({ outcome: ended }) => ended === 'done') ? pace.pollMs / 5 : pace.pollMs
}

/** Asks the apps again and brings sessions and health up to date, without a call to the platform. */
export async function refresh(record: WorkshopRecord, context: TurnContext): Promise<void> {
  const { last, workspace } = record
  if (!last || !workspace?.canAskApps || record.leaving) return
  const observed = await probeFleet(workspace, last.observed, last.desired.marker, record.memory.drains)
  if (record.last !== last) return
  record.last = { ...last, observed }
  record.status = nextStatus({
    ...record.last,
    generation: record.generation,
    suspended: record.suspended,
    specProblems: record.wish.problems,
    canProbe: true,
    before: record.status,
    iso,
  })
  context.changed(record)
}

/** Writes down why a turn could not be finished. Answers when to come back if the platform said so, epoch ms. */
export function noteTrouble(record: WorkshopRecord, error: unknown, now: number): number | undefined {
  const problem = problemOf(error, record.key)
  const isThrottled = problem.code === 'WO-2005'
  const isDenied = problem.code === 'WO-2001' || problem.code === 'WO-2002' || problem.code === 'WO-2003'
  const reason = isThrottled ? 'Throttled' : isDenied ? 'Unauthorized' : 'LookFailed'
  const trouble = { reason, message: `${problem.code} ${problem.message}`, stalled: isDenied }
  record.status = troubledStatus(record.status, record.generation, trouble, iso(now))
  record.say({ at: now, who: 'controller', level: isThrottled ? 'warning' : 'error', text: trouble.message })
  return error instanceof CallError ? error.retryAt : undefined
}

async function bundleFor({ wish }: WorkshopRecord, folder: string): Promise<Bundle | undefined> {
  const { git, workspacePath } = wish.workshop.spec.source
  return git || workspacePath ? undefined : readBundle(folder)
}

function watchOf(record: WorkshopRecord, workspace: Workspace, context: TurnContext) {
  const now = () => workspace.clock.now()
  return {
    signal: context.signal,
    onStart: (action: Action) => {
      record.log.started(action, now())
      const text = `${action.name}: ${action.action}, ${action.message}`
      record.say({ at: now(), who: 'controller', level: 'info', text })
      context.changed(record)
    },
    onEnd: (action: Action, result: ActionResult) => {
      record.log.ended(action, result)
      if (result.problem) {
        const text = `${action.name}: ${action.action} failed: ${result.problem.code} ${result.problem.message}`
        record.say({ at: now(), who: 'controller', level: 'error', text })
      }
      context.changed(record)
    },
  }
}

type Fleet = NonNullable<NonNullable<WorkshopRecord['status']>['fleet']>

function sayStates(record: WorkshopRecord, fleet: Fleet, now: number): void {
  for (const { name, state = '', message } of fleet) {
    const before = record.status?.fleet?.find((line) => line.name === name)?.state
    if (before === undefined || before === state || (state !== 'Ready' && state !== 'Degraded')) continue
    const level = state === 'Ready' ? 'info' : 'error'
    record.say({ at: now, who: name, level, text: state === 'Ready' ? `${name} ready` : `${name}: ${message}` })
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
