/**
 * Ready, Reconciling, Stalled and their details, from this pass alone: a failure that is over leaves no trace, one that
 * goes on stays visible. Reconciling and Stalled are never there together and only while True (kstatus). Pure.
 */
import type { ConditionStatus, ConditionUpdate } from '@workshop/contracts/conditions'
import type { Problem } from '@workshop/contracts/errors'
import type { SourceView } from '@workshop/contracts/fleet-api'
import type { Action, ActionResult, Blocker } from '@workshop/contracts/plan'
import type { FleetLine } from './fleet-state.ts'

export interface ConditionInput {
  readonly generation: number
  /** Workers and hub as shown; leaving ones are not among them. */
  readonly fleet: readonly FleetLine[]
  readonly actions: readonly Action[]
  readonly blockers: readonly Blocker[]
  readonly results: readonly ActionResult[]
  /** Keys of actions that were tried in vain, again and again. */
  readonly stubborn?: readonly string[]
  readonly specProblems: readonly Problem[]
  readonly suspended: boolean
  /** Whether apps can be asked at all. */
  readonly canProbe: boolean
  /** How it stands with the source, where that can be other than well. */
  readonly origin?: Omit<SourceView, 'uri'> | undefined
}

interface Verdict {
  readonly status: ConditionStatus
  readonly reason: string
  readonly message: string
}

export function conditionUpdates(input: ConditionInput): readonly ConditionUpdate[] {
  const verdict = readyVerdict(input)
  const stalled = stalledVerdict(input)
  const isMoving = !stalled && !input.suspended && input.actions.length > 0
  const withType = (type: ConditionUpdate['type'], { status, reason, message }: Verdict): ConditionUpdate => ({
    type,
    status,
    reason,
    message,
    observedGeneration: input.generation,
  })
  return [
    withType('Ready', verdict),
    ...(isMoving ? [withType('Reconciling', { ...verdict, status: 'True' })] : []),
    ...(stalled ? [withType('Stalled', { ...stalled, status: 'True' })] : []),
    withType('FleetAvailable', fleetVerdict(input.fleet)),
    withType('SecretsSynced', kindVerdict(input, ['SecretScope', 'Secret', 'Token'], 'scope and token are as wanted')),
    withType('AccessSynced', kindVerdict(input, ['Permissions'], 'everybody has the access that the roster says')),
    withType('WorkersProbed', probeVerdict(input)),
    ...(input.suspended
      ? [withType('Suspended', { status: 'True', reason: 'Suspended', message: 'looks and reports, does not act' })]
      : []),
    ...(input.origin ? [withType('SourceReady', sourceVerdict(input.origin))] : []),
  ]
}

function readyVerdict(input: ConditionInput): Verdict {
  const { fleet, actions, suspended } = input
  const stalled = stalledVerdict(input)
  if (stalled) return { ...stalled, status: 'False' }
  const ready = fleet.filter(({ state }) => state === 'Ready').length
  const counted = `${ready} of ${fleet.length} apps are ready`
  if (actions.length === 0) {
    return ready === fleet.length
      ? { status: 'True', reason: 'Succeeded', message: counted }
      : { status: 'False', reason: 'FleetNotReady', message: `${counted}; ${firstTrouble(fleet)}` }
  }
  if (suspended) return { status: 'False', reason: 'Suspended', message: `${counted}; ${actions.length} changes wait` }
  const stubborn = actions.find(({ key, action }) => bringsUp.has(action) && input.stubborn?.includes(key))
  const failure = input.results.find(({ key }) => key === stubborn?.key)?.problem?.message
  if (stubborn) {
    const message = `${counted}; ${stubborn.name}: ${failure ?? stubborn.pending ?? stubborn.message}`
    return { status: 'False', reason: 'DeployFailed', message }
  }
  const failed = input.results.find(({ outcome }) => outcome === 'failed')
  const reason = failed ? 'ProgressingWithRetry' : 'Progressing'
  const first = actions.find(({ pending }) => pending !== undefined) ?? actions[0]
  const what = failed?.problem?.message ?? `${first?.name}: ${first?.pending ?? first?.message}`
  return { status: 'Unknown', reason, message: `${counted}; ${what}` }
}

/** Actions without which an app does not serve. */
const bringsUp: ReadonlySet<Action['action']> = new Set(['create', 'deploy', 'start', 'restart'])

/** What needs a person. */
function stalledVerdict({ specProblems, blockers, actions }: ConditionInput): Verdict | undefined {
  const [problem] = specProblems
  if (problem) {
    const message = `${problem.where ? `${problem.where}: ` : ''}${problem.message}; the fleet goes on with the last good spec`
    return { status: 'True', reason: 'InvalidSpec', message }
  }
  const [blocker] = blockers
  if (blocker) {
    const isName = blocker.code === 'WO-2010' || blocker.code === 'WO-2011'
    return { status: 'True', reason: isName ? 'NameConflict' : 'RosterIncomplete', message: blocker.message }
  }
  const failed = actions.find(({ reason }) => reason === 'DeployFailed' || reason === 'Crashed')
  if (failed) return { status: 'True', reason: 'DeployFailed', message: `${failed.name}: ${failed.message}` }
  return undefined
}

function fleetVerdict(fleet: readonly FleetLine[]): Verdict {
  const ready = fleet.filter(({ state }) => state === 'Ready').length
  const message = `${ready} of ${fleet.length} apps are ready`
  return ready === fleet.length
    ? { status: 'True', reason: 'AllReady', message }
    : { status: 'False', reason: 'SomeNotReady', message: `${message}; ${firstTrouble(fleet)}` }
}

function firstTrouble(fleet: readonly FleetLine[]): string {
  const line = fleet.find(({ state }) => state !== 'Ready')
  return line ? `${line.name} is ${line.state}${line.message ? `: ${line.message}` : ''}` : ''
}

function kindVerdict({ actions, results }: ConditionInput, kinds: readonly string[], fine: string): Verdict {
  const open = actions.filter(({ kind }) => kinds.includes(kind))
  const failed = results.find(({ key, outcome }) => outcome === 'failed' && open.some((action) => action.key === key))
  if (failed) return { status: 'False', reason: 'Failed', message: failed.problem?.message ?? failed.key }
  if (open.length === 0) return { status: 'True', reason: 'Synced', message: fine }
  return {
    status: 'False',
    reason: 'Progressing',
    message: `${open.length} changes are under way: ${open[0]?.message}`,
  }
}

function sourceVerdict({ revision, problem, removal }: Omit<SourceView, 'uri'>): Verdict {
  if (problem) return { status: 'False', reason: 'SourceFailed', message: `${problem}; ${revision} stays in force` }
  if (removal) return { status: 'False', reason: 'RemovalHeld', message: removal }
  return { status: 'True', reason: 'Succeeded', message: `${revision} is in force` }
}

function probeVerdict({ canProbe, fleet }: ConditionInput): Verdict {
  if (!canProbe) {
    const message = 'apps take OAuth only and the controller has a personal access token: sessions cannot be counted'
    return { status: 'Unknown', reason: 'NoOAuth', message }
  }
  const silent = fleet.filter(({ state, sessions }) => state === 'Degraded' && sessions === undefined)
  if (silent.length === 0) return { status: 'True', reason: 'Answered', message: 'every ready app answers' }
  return { status: 'False', reason: 'Silent', message: `${silent.map(({ name }) => name).join(', ')} does not answer` }
}
