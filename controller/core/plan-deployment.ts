/** What an app runs: start its compute, wait for it, drain, deploy, restart what crashed. Never deleted and made again. Pure. */
import { showDuration } from '@workshop/contracts/duration'
import type { Desired, DesiredApp } from './desired.ts'
import { isDeployed, revisionOf } from './desired-deployment.ts'
import { isGone, type Observed, type ObservedApp } from './observed.ts'
import { bundleKey, fleetFileKey, folderGrantsKey } from './plan-files.ts'
import type { Turn } from './rollout.ts'
import { type Step, step } from './steps.ts'

export interface DeploymentPlanInput {
  readonly desired: Desired
  readonly observed: Observed
  readonly app: DesiredApp
  readonly found: ObservedApp | undefined
  readonly turn: Turn
}

export function planDeployment({ desired, observed, app, found, turn }: DeploymentPlanInput): readonly Step[] {
  const { name } = app
  if (!found || isGone(found)) return [deploy(app, 'Missing', 'nothing runs yet', 'the app is created first')]
  const isWanted = isDeployed(app.deployment, found.active)
  if (found.compute === 'STOPPED' || found.compute === 'ERROR') {
    const reason = found.compute === 'ERROR' ? 'ComputeFailed' : 'Stopped'
    const message = found.computeMessage || `compute is ${found.compute}`
    const start = step(
      { kind: 'App', name, app: name, part: 'start', action: 'start', reason, message, after: [`App/${name}`] },
      { do: 'startApp', name },
    )
    return isWanted ? [start] : [start, deploy(app, 'Missing', 'nothing runs', 'compute starts first')]
  }
  if (found.compute !== 'ACTIVE') {
    return [deploy(app, 'InProgress', 'compute comes first', `compute is ${found.compute.toLowerCase()}`)]
  }
  if (found.pending?.state === 'IN_PROGRESS') {
    const isOurs = isDeployed(app.deployment, found.pending)
    const message = found.pending.message || 'deploying'
    return [
      isOurs
        ? deploy(app, 'InProgress', message, message)
        : deploy(app, 'SourceChanged', 'another revision is wanted', 'another deployment is in progress'),
    ]
  }
  if (isWanted && found.state === 'RUNNING') return []
  if (isWanted && found.state !== 'CRASHED') {
    return [deploy(app, 'InProgress', found.stateMessage, found.stateMessage || 'the app comes up')]
  }
  return disturb({ desired, observed, app, found, turn }, isWanted)
}

/** Deploys now when nobody sits there, drains first when somebody does, waits when it is not this worker's turn. */
function disturb(input: DeploymentPlanInput & { readonly found: ObservedApp }, isRestart: boolean): readonly Step[] {
  const { desired, observed, app, found, turn } = input
  const [reason, message] = whyDeploy(app, found, isRestart)
  if (turn !== 'go') return [deploy(app, reason, message, turn.wait)]
  const wait = drainWait(desired, observed.at, app.ordinal, found)
  const changes = [{ path: 'revision', wanted: app.deployment.revision, found: revisionOf(found.active) || 'none' }]
  if (wait === undefined) {
    return [
      step(
        {
          kind: 'Deployment',
          name: app.name,
          app: app.name,
          action: isRestart ? 'restart' : 'deploy',
          reason,
          message,
          changes,
          after: [`App/${app.name}`, bundleKey, folderGrantsKey, fleetFileKey],
        },
        { do: 'deployApp', name: app.name, deployment: app.deployment },
      ),
    ]
  }
  const drain = found.drainingSince === undefined ? [drainStep(found, true, message)] : []
  return [...drain, deploy(app, reason, message, wait)]
}

function whyDeploy(app: DesiredApp, found: ObservedApp, isRestart: boolean): readonly [string, string] {
  if (isRestart) return ['Crashed', found.stateMessage || 'the app crashed']
  if (hasFailed(app, found)) return ['DeployFailed', found.latest?.message || 'the last deployment failed']
  if (!found.active) return ['Missing', 'nothing runs yet']
  return ['SourceChanged', `runs ${revisionOf(found.active)}, wanted ${app.deployment.revision}`]
}

/** Did its newest deployment, of the wanted revision, fail? */
export function hasFailed(app: DesiredApp, found: ObservedApp | undefined): boolean {
  return found?.latest?.state === 'FAILED' && isDeployed(app.deployment, found.latest)
}

/** How long people may stay, in words; undefined when nobody needs to be waited for. The hub has no sessions. */
export function drainWait(desired: Desired, now: number, ordinal: number, found: ObservedApp): string | undefined {
  const sessions = found.probe?.sessions.live
  if (ordinal === 0 || !found.active || found.state !== 'RUNNING' || sessions === 0) return undefined
  const left = desired.drainTimeoutMs - (now - (found.drainingSince ?? now))
  if (left <= 0) return undefined
  const who = sessions === undefined ? 'sessions that cannot be counted from here' : `${sessions} sessions`
  return `drains ${who}, at most ${showDuration(left)} left`
}

/** Asks a worker to take no new sessions, or to take them again. */
export function drainStep(found: ObservedApp, on: boolean, why: string): Step {
  const { name, url } = found
  const message = on ? `no new sessions: ${why}` : 'takes sessions again: nothing is to be changed here any more'
  const reason = on ? 'Draining' : 'DrainCancelled'
  return step(
    { kind: 'App', name, app: name, part: 'drain', action: 'drain', reason, message },
    { do: 'drain', name, url, on },
  )
}

function deploy(app: DesiredApp, reason: string, message: string, pending: string): Step {
  const after = [`App/${app.name}`]
  return step({ kind: 'Deployment', name: app.name, app: app.name, action: 'deploy', reason, message, after, pending })
}
