/** One turn of one record: reconcile it or take it down, keep what came of it, and tell whoever watches. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import type { Patience } from '../core/attempts.ts'
import { type Drift, driftOf } from '../core/drift.ts'
import { leavingTrouble, nextLeavingLook } from '../core/leaving.ts'
import type { Pace } from '../core/requeue.ts'
import { nextStatus, troubledStatus } from '../core/status.ts'
import type { Bundle } from '../databricks/bundle.ts'
import type { BundleFolder } from '../databricks/bundle-folder.ts'
import type { Workspace } from '../databricks/workspace.ts'
import { tellEnded, tellStarted, tellStates } from './narrate.ts'
import { probeFleet } from './probe.ts'
import { reconcile } from './reconcile.ts'
import type { WorkshopRecord } from './record.ts'
import type { Wish } from './subject.ts'
import { tearDown } from './teardown.ts'

export interface TurnContext {
  readonly workspaceOf: (wish: Wish) => Workspace
  readonly workers: BundleFolder
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pace: Pace
  readonly patience: Patience
  readonly random: () => number
  readonly signal: AbortSignal
  /** Something of this record can be seen differently now. */
  readonly changed: (record: WorkshopRecord) => void
  /** Something came to differ by itself. */
  readonly drifted: (drift: Drift) => void
}

/** Milliseconds until the next look, or `gone` when a teardown left nothing. Throws what a look throws. */
export async function takeTurn(record: WorkshopRecord, context: TurnContext): Promise<number | 'gone'> {
  const { wish, registry, key } = record
  const requestedAt = wish.object?.requestedAt
  if (record.leaving && registry) {
    // Asked of the source itself: nothing is deleted on a word that may be old.
    const word = await registry.ask(key)
    if (word === 'gone') return 'gone'
    if (word === 'stays') return context.pace.pollMs
    if (record.leavesFleet) return letGo(record)
  }
  if (!record.leaving && wish.isUsable === false) throw new WorkshopError(wish.problems)
  const workspace = context.workspaceOf(wish)
  record.workspace = workspace
  record.user = (await workspace.me()).userName
  if (record.leaving) return leave(record, workspace, context)
  // An object that was deleted before we ever acted for it needs nothing of us.
  if (registry && !record.suspended && (await registry.claim(key)) !== 'stays') return context.pace.pollMs
  const waitMs = await stay(record, workspace, context)
  record.handledRequest = requestedAt
  record.status = { ...record.status }
  return waitMs
}

/** Said before it is begun: a platform that does not answer may keep a pass busy for minutes. */
async function announceLeaving(record: WorkshopRecord, now: number): Promise<void> {
  const ready = record.status?.conditions?.find(({ type }) => type === 'Ready')
  if (!record.registry || ready?.reason === 'Deleting' || ready?.reason === 'DeletionBlocked') return
  const trouble = { reason: 'Deleting', message: 'the fleet is being taken down', stalled: false, leaving: true }
  record.status = troubledStatus(record.status, record.generation, trouble, iso(now))
  await record.registry.report(record.key, record.status)
}

async function letGo(record: WorkshopRecord): Promise<'gone'> {
  await record.registry?.release(record.key)
  return 'gone'
}

async function stay(record: WorkshopRecord, workspace: Workspace, context: TurnContext): Promise<number> {
  const { pace, patience, env } = context
  const deep = record.deep
  record.deep = false
  const outcome = await reconcile({
    subject: record.subject(),
    workspace,
    bundle: await bundleFor(record, context.workers),
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
  for (const drift of driftOf(record.last, outcome)) context.drifted(drift)
  tellStates(record, outcome.status.fleet ?? [], workspace.clock.now())
  record.last = outcome
  record.status = outcome.status
  record.participants = outcome.desired.roster.participants.length
  record.lookedAt = outcome.observed.at
  context.changed(record)
  return outcome.waitMs
}

async function leave(record: WorkshopRecord, workspace: Workspace, context: TurnContext): Promise<number | 'gone'> {
  if (record.leavesFleet) return letGo(record)
  const { patience, pace } = context
  await announceLeaving(record, workspace.clock.now())
  const outcome = await tearDown({
    subject: record.subject(),
    workspace,
    patience,
    watch: watchOf(record, workspace, context),
    onPlan: (plan) => record.log.planned(plan, workspace.clock.now()),
  })
  record.lookedAt = outcome.observed.at
  const now = workspace.clock.now()
  const leaving = { ...outcome, forMs: record.leavingForMs(now) }
  const before = outcome.isGone ? { ...record.status, inventory: [] } : record.status
  record.status = troubledStatus(before, record.generation, leavingTrouble(leaving), iso(now))
  context.changed(record)
  return outcome.isGone ? letGo(record) : nextLeavingLook(leaving, pace)
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
    origin: record.wish.origin,
    iso,
  })
  context.changed(record)
}

async function bundleFor({ wish }: WorkshopRecord, workers: BundleFolder): Promise<Bundle | undefined> {
  const { git, workspacePath } = wish.workshop.spec.source
  return git || workspacePath ? undefined : workers.bundle()
}

function watchOf(record: WorkshopRecord, workspace: Workspace, context: TurnContext) {
  const now = () => workspace.clock.now()
  return {
    signal: AbortSignal.any([context.signal, record.interrupted]),
    onStart: (action: Action) => {
      record.log.started(action, now())
      tellStarted(record, action, now())
      context.changed(record)
    },
    onEnd: (action: Action, result: ActionResult) => {
      record.log.ended(action, result)
      tellEnded(record, action, result, now())
      context.changed(record)
    },
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
