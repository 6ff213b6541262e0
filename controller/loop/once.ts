/** One Workshop, once: what `workshop plan`, `apply` and `destroy` run. The same turns as the loop, without a queue. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import { parseWorkshop } from '@workshop/contracts/validate'
import { keyOf } from '../core/names.ts'
import { planChanges } from '../core/plan.ts'
import { readBundle } from '../databricks/bundle.ts'
import { BundleFolder } from '../databricks/bundle-folder.ts'
import { systemClock } from '../databricks/client/clock.ts'
import type { Workspace } from '../databricks/workspace.ts'
import { readSnapshot } from '../sources/snapshot.ts'
import { look } from './look.ts'
import type { ApplyReport, OnceOptions, PlanReport } from './options.ts'
import { WorkshopRecord } from './record.ts'
import { emptyState } from './state.ts'
import type { Wish } from './subject.ts'
import { tearDown } from './teardown.ts'
import { paceOf, steadyPatience, type Tuning } from './tuning.ts'
import { type TurnContext, takeTurn } from './turn.ts'
import { Workspaces } from './workspaces.ts'

/** What would be done. Reads only. */
export async function planOnce(options: OnceOptions, tuning: Tuning = {}): Promise<PlanReport> {
  const { record, workspace } = await begin(options, tuning)
  const { git, workspacePath } = record.wish.workshop.spec.source
  const bundle = git || workspacePath ? undefined : await readBundle(options.workerBundle)
  const now = workspace.clock.now()
  const { desired, observed } = await look(record.subject(), {
    workspace,
    bundle,
    env: options.env,
    deep: true,
    rotateBefore: now,
  })
  return report(record, workspace, planChanges(desired, observed).plan, observed.at, [...observed.apps.values()])
}

/**
 * Makes the spec true. Without `wait` it ends when every action was taken and only deployments are under way, with it
 * when all is as wanted; in both cases when a blocker or repeated failure leaves nothing that time alone would mend.
 */
export async function applyOnce(
  options: OnceOptions & { readonly wait: boolean },
  tuning: Tuning = {},
): Promise<ApplyReport> {
  const { record, workspace, context } = await begin(options, tuning)
  for (;;) {
    const waitMs = await takeTurn(record, context)
    const plan = record.last?.plan
    const apps = [...(record.last?.observed.apps.values() ?? [])]
    const isOver = !plan || options.signal?.aborted || isSettled(plan, options.wait, record.log.last?.results ?? [])
    if (isOver || waitMs === 'gone') {
      const shown = record.log.last?.plan ?? plan ?? emptyPlan(record.key)
      const base = report(record, workspace, { ...shown, blockers: plan?.blockers ?? [] }, record.lookedAt ?? 0, apps)
      return { ...base, results: record.log.last?.results ?? [], view: record.view(undefined) }
    }
    await workspace.clock.sleep(waitMs, options.signal).catch(() => undefined)
  }
}

/** What `destroyOnce` would do. Reads only. */
export async function destroyPlanOnce(options: OnceOptions, tuning: Tuning = {}): Promise<PlanReport> {
  const { record, workspace, context } = await begin(options, tuning)
  const outcome = await tearDown({
    subject: record.subject(),
    workspace,
    patience: context.patience,
    watch: {},
    onPlan: () => undefined,
    dryRun: true,
  })
  return report(record, workspace, outcome.plan, outcome.observed.at, [...outcome.observed.apps.values()])
}

/** Takes everything of this Workshop away and waits until it is gone. */
export async function destroyOnce(options: OnceOptions, tuning: Tuning = {}): Promise<ApplyReport> {
  const { record, workspace, context } = await begin(options, tuning)
  record.leaving = true
  const policy = { ...record.wish.workshop.spec, deletionPolicy: 'Delete' as const }
  record.wish = { ...record.wish, workshop: { ...record.wish.workshop, spec: policy } }
  for (;;) {
    const waitMs = await takeTurn(record, context)
    const results = record.log.last?.results ?? []
    const hopeless = repeatedFailure(results, record)
    if (waitMs === 'gone' || hopeless || options.signal?.aborted) {
      const plan = record.log.last?.plan ?? emptyPlan(record.key)
      return { ...report(record, workspace, plan, record.lookedAt ?? 0, []), results, view: record.view(undefined) }
    }
    await workspace.clock.sleep(waitMs, options.signal).catch(() => undefined)
  }
}

/** Tries of one action before a one-shot command gives up on it. */
const maxTries = 3

async function begin(options: OnceOptions, tuning: Tuning) {
  const clock = tuning.clock ?? systemClock
  const random = tuning.random ?? Math.random
  const wish = await readWish(options.specFile)
  const record = new WorkshopRecord(options.controllerId, wish, emptyState)
  const workspaces = new Workspaces({ ...options, tuning: { ...tuning, clock, random } })
  const workspace = workspaces.of(wish)
  record.workspace = workspace
  record.user = (await workspace.me()).userName
  const context: TurnContext = {
    workspaceOf: () => workspace,
    workers: new BundleFolder(options.workerBundle),
    env: options.env,
    pace: paceOf(tuning),
    patience: tuning.patience ?? steadyPatience,
    random,
    signal: options.signal ?? new AbortController().signal,
    changed: (changed) => options.onView?.(changed.view(undefined)),
    drifted: () => undefined,
  }
  return { record, workspace, context }
}

async function readWish(specFile: string): Promise<Wish> {
  await readFile(specFile).catch((cause: unknown) => {
    throw new WorkshopError({ code: 'WO-1001', message: 'the file cannot be read', where: specFile }, { cause })
  })
  const [reading] = await readSnapshot(specFile, parseWorkshop)
  if (!reading?.workshop) throw new WorkshopError(reading?.problems ?? [])
  const { workshop, people, problems, revision, file } = reading
  return { key: keyOf(workshop), workshop, people, problems, revision, folder: dirname(file), uri: `file:${file}` }
}

/** Is there nothing left that another look would change soon? */
function isSettled(plan: Plan, wait: boolean, results: readonly ActionResult[]): boolean {
  const open = plan.actions.filter(({ app }) => !plan.blockers.some(({ name }) => name === app))
  if (open.length === 0) return true
  if (!wait && open.every(({ reason, kind }) => reason === 'InProgress' && kind === 'Deployment')) {
    return open.every(({ pending = '' }) => !pending.startsWith('compute'))
  }
  return open.every(({ key, pending = '' }) => {
    const failed = results.some((result) => result.key === key && result.outcome === 'failed')
    return (failed && triesIn(pending) >= maxTries) || pending.startsWith('held:') || pending.startsWith('partition')
  })
}

function repeatedFailure(results: readonly ActionResult[], record: WorkshopRecord): boolean {
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  return failed.some(({ key }) => (record.memory.attempts.get(key)?.count ?? 0) >= maxTries)
}

function triesIn(pending: string): number {
  return Number(/^tried (\d+) times/.exec(pending)?.[1] ?? 0)
}

interface SeenApp {
  readonly probe?: { readonly sessions: { readonly live: number } } | null
}

function report(
  record: WorkshopRecord,
  workspace: Workspace,
  plan: Plan,
  observedAt: number,
  apps: readonly SeenApp[],
): PlanReport {
  const probes = apps.flatMap(({ probe }) => probe ?? [])
  const { namespace, name } = record.identity
  return {
    namespace,
    name,
    workspace: { host: workspace.host, user: record.user },
    observedAt,
    calls: workspace.http.attempts,
    plan,
    ...(probes.length > 0 ? { sessions: probes.reduce((sum, { sessions }) => sum + sessions.live, 0) } : {}),
  }
}

function emptyPlan(workshop: string): Plan {
  return { workshop, actions: [], blockers: [], inSync: {} }
}
