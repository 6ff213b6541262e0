/** Where a page goes whose worker no longer serves its person: the seat has moved, or the app is gone. Pure. */
import type { Failure } from '../../api/call.ts'

/** An address, or undefined to stay: what is wrong then is no matter of place, or passes. */
export function wayOut({ status, code, link }: Failure, hubUrl: string | undefined): string | undefined {
  if (code === 'WO-4002') return link
  // No code: the platform itself answered, for an app that this person may not open any more or that was deleted.
  return code === undefined && (status === 403 || status === 404) ? hubUrl : undefined
}
