/**
 * One turn for one Workshop: look, plan, act, report, and say when to look again. It decides from this look alone, so
 * it may be killed after any line and started over. A throw reaches the runner, which reports it and backs off.
 */
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import { holdBack, nextAttemptAt, type Patience, remember, stubbornOnes } from '../core/attempts.ts'
import type { Desired } from '../core/desired.ts'
import { keepDeletes } from '../core/keep-deletes.ts'
import type { Observed } from '../core/observed.ts'
import { planChanges } from '../core/plan.ts'
import { nextLook, type Pace, rotationBudget } from '../core/requeue.ts'
import { nextStatus } from '../core/status.ts'
import type { PlatformCall } from '../core/steps.ts'
import { act } from '../databricks/act.ts'
import { interruptible } from '../databricks/client/interruptible.ts'
import { afterwards } from './afterwards.ts'
import { type Execution, execute } from './execute.ts'
import { type LookContext, look } from './look.ts'
import type { Subject } from './subject.ts'

export interface Turn extends LookContext {
  readonly subject: Subject
  readonly before: WorkshopStatus | undefined
  readonly pace: Pace
  readonly patience: Patience
  /** In [0, 1). */
  readonly random: () => number
  readonly watch: Pick<Execution, 'onStart' | 'onEnd' | 'signal'>
  /** Told what will be done, before it is. */
  readonly onPlan: (plan: Plan) => void
}

export interface Outcome {
  readonly desired: Desired
  readonly observed: Observed
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  /** Keys of actions that were tried in vain, again and again. */
  readonly stubborn: readonly string[]
  readonly status: WorkshopStatus
  /** Milliseconds until the next look. */
  readonly waitMs: number
}

export async function reconcile(turn: Turn): Promise<Outcome> {
  const { subject, workspace, pace, patience } = turn
  const { memory, wish, suspended } = subject
  const now = () => workspace.clock.now()

  const { desired, observed } = await look(subject, turn)
  const wanted = planChanges(desired, observed)
  const held = holdBack(wanted, memory.attempts, now(), patience)
  const planned = subject.isBlind ? keepDeletes(held) : held
  turn.onPlan(planned.plan)

  const perform = async (call: PlatformCall) => {
    await interruptible({ cut: subject.interrupted }, () => act(call, turn)).finally(() =>
      afterwards(call, memory, now()),
    )
  }
  const results = suspended ? [] : await execute(planned, { act: perform, now, ...turn.watch })
  memory.attempts = remember(memory.attempts, wanted.plan.actions, results)
  memory.movingSince = planned.plan.actions.length === 0 ? undefined : (memory.movingSince ?? now())

  const { plan } = planned
  const { generation } = subject
  const known = {
    generation,
    suspended,
    specProblems: wish.problems,
    canProbe: workspace.canAskApps,
    before: turn.before,
    origin: wish.origin,
  }
  const stubborn = stubbornOnes(memory.attempts)
  const status = nextStatus({
    ...known,
    stubborn,
    desired,
    observed,
    plan,
    results,
    iso: (at) => new Date(at).toISOString(),
  })
  const waitMs = nextLook(
    {
      plan,
      results,
      movingForMs: now() - (memory.movingSince ?? now()),
      looksPerCycle: memory.sight.looksPerCycle(rotationBudget),
      heldUntil: nextAttemptAt(planned, memory.attempts, patience),
      now: now(),
      random: turn.random(),
    },
    pace,
  )
  return { desired, observed, plan, results, stubborn, status, waitMs: suspended ? pace.driftMs : waitMs }
}
