/** One line of the fleet list: is the app as wanted (sync), and is it well (state)? Pure. */
import type { Action } from '@workshop/contracts/plan'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { DesiredApp } from './desired.ts'
import { revisionOf } from './desired-deployment.ts'
import { isCurrent, isServing } from './fleet.ts'
import { isGone, type ObservedApp } from './observed.ts'

export type FleetLine = NonNullable<WorkshopStatus['fleet']>[number]

/** `actions` are those of this app; `blocked` is why it may not be touched. */
export function fleetLine(
  wanted: DesiredApp | undefined,
  found: ObservedApp | undefined,
  actions: readonly Action[],
  blocked: string | undefined,
): FleetLine {
  const probe = found?.probe ?? undefined
  return {
    name: wanted?.name ?? found?.name ?? '',
    ordinal: wanted?.ordinal ?? 0,
    url: found?.url ?? '',
    state: blocked === undefined ? stateOf(wanted, found) : 'Unknown',
    sync: blocked === undefined ? syncOf(found, actions) : 'Drifted',
    revision: revisionOf(found?.active),
    ...(probe ? { sessions: probe.sessions.live, isolation: probe.isolation.level } : {}),
    message: blocked ?? messageOf(found, actions),
  }
}

function stateOf(wanted: DesiredApp | undefined, found: ObservedApp | undefined): string {
  if (!found || isGone(found)) return 'Missing'
  if (found.drainingSince !== undefined || found.probe?.draining) return 'Draining'
  if (found.state === 'CRASHED' || found.compute === 'ERROR') return 'Degraded'
  if (found.latest?.state === 'FAILED') return 'Degraded'
  if (found.probe === null && isServing(found)) return 'Degraded'
  if (isServing(found)) return wanted && !isCurrent(wanted, found) && found.pending ? 'Progressing' : 'Ready'
  return 'Progressing'
}

function syncOf(found: ObservedApp | undefined, actions: readonly Action[]): string {
  if (!found || isGone(found)) return 'Missing'
  if (actions.length === 0) return 'Synced'
  if (actions.some(({ reason, pending }) => reason === 'InProgress' || pending === undefined)) return 'Progressing'
  return actions.every(({ reason }) => reason === 'Drifted') ? 'Drifted' : 'Waiting'
}

function messageOf(found: ObservedApp | undefined, actions: readonly Action[]): string {
  const shown = actions.find(({ pending }) => pending !== undefined) ?? actions[0]
  if (shown) return shown.pending ?? shown.message
  if (found?.probe === null) return 'runs, but does not answer its control address'
  return ''
}
