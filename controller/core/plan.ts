/**
 * From what should be there and what is there to what must be done, with reasons. The one place that decides: the loop,
 * `workshop plan` and the control room show the same answer. Nothing is ever deleted to be made again. Pure.
 */
import type { Blocker } from '@workshop/contracts/plan'
import type { Desired, DesiredApp } from './desired.ts'
import { isDeployed } from './desired-deployment.ts'
import { isGone, type Observed, type ObservedApp } from './observed.ts'
import { fieldChanges, planApp } from './plan-app.ts'
import { drainStep, drainWait, hasFailed } from './plan-deployment.ts'
import { planFiles } from './plan-files.ts'
import { planSecrets } from './plan-secrets.ts'
import { type RolloutWorker, rolloutTurns } from './rollout.ts'
import { assemble, type Planned, type PlanPart, type Step, step } from './steps.ts'

export function planChanges(desired: Desired, observed: Observed): Planned {
  const leaving = leavingApps(desired, observed)
  const turns = rolloutTurns(
    desired.apps.filter(({ ordinal }) => ordinal > 0).map((app) => rolloutWorker(app, observed.apps.get(app.name))),
    desired.rollout,
  )
  const apps = desired.apps.map((app) => planApp({ desired, observed, app, turn: turns.get(app.name) ?? 'go' }))
  const secrets = planSecrets(desired, observed, observed.at)
  // Every app is somebody else's: what there could be beside them would serve nobody.
  if (apps.every(({ blockers = [] }) => blockers.length > 0)) {
    const blockers = [...apps, secrets].flatMap((part) => part.blockers ?? [])
    return assemble(desired.key, [{ steps: [], blockers }])
  }
  return assemble(desired.key, [
    { steps: [], blockers: rosterBlockers(desired) },
    secrets,
    planFiles(desired, observed, leaving),
    ...apps,
    ...leaving.map((app) => planRemoval(desired, observed, app)),
    planUndrain(desired, observed, apps),
  ])
}

/** Apps that carry our marker and are not wanted: scaled down, or renamed by a new prefix. */
export function leavingApps(desired: Desired, observed: Observed): readonly ObservedApp[] {
  const wanted = new Set(desired.apps.map(({ name }) => name))
  return [...observed.apps.values()]
    .filter((app) => app.description === desired.marker && !wanted.has(app.name) && !isGone(app))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function planRemoval(desired: Desired, observed: Observed, found: ObservedApp): PlanPart {
  const { name } = found
  const message = 'the spec does not name it any more'
  const wait = drainWait(desired, observed.at, name.endsWith('-hub') ? 0 : 1, found)
  const drain = wait !== undefined && found.drainingSince === undefined ? [drainStep(found, true, message)] : []
  const input = { kind: 'App', name, app: name, action: 'delete', reason: 'NotWanted', message, pending: wait } as const
  return { steps: [...drain, step(input, { do: 'deleteApp', name })] }
}

/** A worker that drains on our request although nothing is to be done to it any more: the spec went back. */
function planUndrain(desired: Desired, observed: Observed, parts: readonly PlanPart[]): PlanPart {
  const disturbed = new Set(
    parts.flatMap(({ steps }) =>
      steps.filter(({ action }) => action.kind !== 'Permissions').map(({ action }) => action.app),
    ),
  )
  const steps: Step[] = desired.apps
    .flatMap(({ name }) => observed.apps.get(name) ?? [])
    .filter(
      ({ name, probe, drainingSince }) => !disturbed.has(name) && (probe?.draining || drainingSince !== undefined),
    )
    .map((found) => drainStep(found, false, ''))
  return { steps }
}

function rolloutWorker(app: DesiredApp, found: ObservedApp | undefined): RolloutWorker {
  const { name, ordinal } = app
  if (!found || isGone(found)) return { name, ordinal, established: false, behind: true, busy: false, failed: false }
  const isBusy =
    found.pending?.state === 'IN_PROGRESS' || found.compute === 'UPDATING' || found.drainingSince !== undefined
  const isResized = fieldChanges(app, found).some(({ path }) => path === 'compute_size')
  const isWanted = isDeployed(app.deployment, found.active)
  return {
    name,
    ordinal,
    established: found.compute === 'ACTIVE' && found.state === 'RUNNING' && found.active !== undefined,
    behind: !isWanted || isResized || found.state === 'CRASHED',
    busy: isBusy,
    failed: hasFailed(app, found) || (isWanted && found.state === 'CRASHED'),
  }
}

function rosterBlockers({ roster, unseated }: Desired): readonly Blocker[] {
  const groups = roster.unknownGroups.map((name): Blocker => {
    const message = `the workspace has no group ${name}; nobody loses access while this is so`
    return { code: 'WO-2040', name, message }
  })
  if (unseated.length === 0) return groups
  const message = `${unseated.length} people have no seat, the first is ${unseated[0]}`
  return [...groups, { code: 'WO-1132', name: 'participants', message }]
}
