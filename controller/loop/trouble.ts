/** A turn that could not be finished: what the status says of it, when to come back, and whose fault it is. */
import { troubledStatus } from '../core/status.ts'
import { CallError } from '../databricks/client/call-error.ts'
import { problemOf } from './execute.ts'
import type { TurnEnd } from './metrics.ts'
import { tellTrouble, troubleText } from './narrate.ts'
import type { WorkshopRecord } from './record.ts'

/** Codes that only a person can help against. */
const deniedCodes: ReadonlySet<string> = new Set(['WO-2001', 'WO-2002', 'WO-2003', 'WO-3010', 'WO-3012'])
/** An error that none of our tables knows. */
const faultCode = 'WO-9099'

export interface Trouble {
  /** When to come back if the platform said so, epoch ms. */
  readonly retryAt: number | undefined
  readonly end: TurnEnd
}

/** Of a turn that was ended from outside. */
export const cutShort: Trouble = { retryAt: undefined, end: 'requeue_after' }

/** Writes it into the record's status and activity. */
export function noteTrouble(record: WorkshopRecord, error: unknown, now: number): Trouble {
  const problem = problemOf(error, record.key)
  const isDenied = deniedCodes.has(problem.code)
  const isInvalid = !record.leaving && record.wish.isUsable === false
  const cause =
    problem.code === 'WO-2005' ? 'Throttled' : isDenied ? 'Unauthorized' : isInvalid ? 'InvalidSpec' : 'LookFailed'
  const reason = record.leaving && isDenied ? 'DeletionBlocked' : cause
  const message = troubleText(problem, isInvalid)
  const stalled = isDenied || isInvalid
  record.status = troubledStatus(
    record.status,
    record.generation,
    { reason, message, stalled, leaving: record.leaving },
    new Date(now).toISOString(),
  )
  tellTrouble(record, reason, message, now)
  return {
    retryAt: error instanceof CallError ? error.retryAt : undefined,
    end: stalled ? 'terminal' : problem.code === faultCode ? 'panic' : 'error',
  }
}
