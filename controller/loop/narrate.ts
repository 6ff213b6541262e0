/** What a turn says in the activity log and, in a cluster, as events: which words, which level, and what is told once only. */
import type { Problem } from '@workshop/contracts/errors'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import { oneLine } from './one-line.ts'
import type { WorkshopRecord } from './record.ts'

type Fleet = NonNullable<WorkshopStatus['fleet']>

const reasons: Readonly<Record<Action['action'], string>> = {
  create: 'Creating',
  update: 'Updating',
  deploy: 'Deploying',
  start: 'Starting',
  restart: 'Restarting',
  drain: 'Draining',
  delete: 'Deleting',
  adopt: 'Adopting',
  none: 'Noted',
}

export function tellStarted(record: WorkshopRecord, action: Action, at: number): void {
  const text = `${action.name}: ${action.action}, ${action.message}`
  record.say({ at, who: 'controller', level: 'info', reason: reasons[action.action], text })
}

/** Only failures: what went well is seen by the next look and told then. */
export function tellEnded(record: WorkshopRecord, action: Action, { problem }: ActionResult, at: number): void {
  if (!problem) return
  const text = `${action.name}: ${action.action} failed: ${problem.code} ${problem.message}`
  record.say({ at, who: 'controller', level: 'error', reason: 'ActionFailed', text })
}

/** Apps that became ready or broke since the record's status. */
export function tellStates(record: WorkshopRecord, fleet: Fleet, at: number): void {
  for (const { name, state = '', message } of fleet) {
    const before = record.status?.fleet?.find((line) => line.name === name)?.state
    if (before === undefined || before === state || (state !== 'Ready' && state !== 'Degraded')) continue
    const level = state === 'Ready' ? 'info' : 'error'
    const text = state === 'Ready' ? `${name} ready` : `${name}: ${message}`
    record.say({ at, who: name, level, reason: state === 'Ready' ? 'AppReady' : 'AppDegraded', text })
  }
}

/** Why a turn failed; what stays the same is told once. */
export function tellTrouble(record: WorkshopRecord, reason: string, text: string, at: number): void {
  if (record.activity[0]?.text === oneLine(text)) return
  record.say({ at, who: 'controller', level: reason === 'Throttled' ? 'warning' : 'error', reason, text })
}

/** `WO-2005 spec.x: slow down`, as status and log show it. */
export function troubleText({ code, message, where }: Problem, isInvalid: boolean): string {
  // A field is what a person mends; other places, such as a call, are for the log.
  const isField = where !== undefined && (isInvalid || where.startsWith('spec.'))
  return `${code} ${isField ? `${where}: ` : ''}${message}`
}
