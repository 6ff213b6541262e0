/** Taking one Workshop down, a pass at a time: look, plan, act, until nothing is left. */
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import { holdBack, type Patience, remember } from '../core/attempts.ts'
import { markerOf, namesOf } from '../core/names.ts'
import type { Observed } from '../core/observed.ts'
import { planTeardown } from '../core/plan-teardown.ts'
import type { PlatformCall } from '../core/steps.ts'
import { act } from '../databricks/act.ts'
import { interruptible } from '../databricks/client/interruptible.ts'
import { observe } from '../databricks/observe.ts'
import type { Workspace } from '../databricks/workspace.ts'
import { afterwards } from './afterwards.ts'
import { type Execution, execute } from './execute.ts'
import { probeFleet } from './probe.ts'
import type { Subject } from './subject.ts'

export interface TeardownTurn {
  readonly subject: Subject
  readonly workspace: Workspace
  readonly patience: Patience
  readonly watch: Pick<Execution, 'onStart' | 'onEnd' | 'signal'>
  readonly onPlan: (plan: Plan) => void
  /** Only look. */
  readonly dryRun?: boolean
}

export interface TeardownOutcome {
  readonly observed: Observed
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  /** Nothing is left. */
  readonly isGone: boolean
}

export async function tearDown(turn: TeardownTurn): Promise<TeardownOutcome> {
  const { subject, workspace, patience } = turn
  const { identity, memory, wish } = subject
  const { adoptionPolicy, credentials, participants, workers } = wish.workshop.spec
  const now = () => workspace.clock.now()
  const me = await workspace.me()
  const marker = markerOf(identity)
  const spec = { prefix: workers.namePrefix, replicas: workers.replicas, scope: credentials.secretScope }
  const names = namesOf(identity, spec, me.userName)
  const target = { key: wish.key, marker, scope: names.scope, secretKey: credentials.secretKey, folder: names.folder }
  // What we deleted ourselves must be seen as gone, so nothing is taken from an earlier look.
  memory.sight.begin(true, now(), Number.POSITIVE_INFINITY)
  const seen = await observe(workspace, memory.sight, {
    ...names,
    ...target,
    own: { marker, me: me.userName, participants: [...participants.users, ...wish.people], policy: adoptionPolicy },
    isAsWanted: () => true,
    isUndeployed: () => true,
  })
  const observed = turn.dryRun ? await probeFleet(workspace, seen, marker, memory.drains) : seen
  const wanted = planTeardown(target, observed)
  const planned = holdBack(wanted, memory.attempts, now(), patience)
  turn.onPlan(planned.plan)
  if (turn.dryRun) return { observed, plan: wanted.plan, results: [], isGone: wanted.plan.actions.length === 0 }

  const perform = async (call: PlatformCall) => {
    const context = { workspace, bundle: undefined }
    await interruptible({ cut: subject.interrupted }, () => act(call, context)).finally(() =>
      afterwards(call, memory, now()),
    )
  }
  const results = await execute(planned, { act: perform, now, ...turn.watch })
  memory.attempts = remember(memory.attempts, wanted.plan.actions, results)
  return { observed, plan: planned.plan, results, isGone: planned.plan.actions.length === 0 }
}
