/** Keeps whoever does not lead from writing: asked right before every write, and what is under way is cut when leadership ends. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { Fetch } from '../databricks/client/loopback.ts'
import type { Election } from './election.ts'

export function guardedFetch(fetch: Fetch, election: Pick<Election, 'isHeld' | 'lost'>): Fetch {
  return async (url, init) => {
    const isRead = (init?.method ?? 'GET') === 'GET'
    if (!isRead && !election.isHeld()) {
      throw new WorkshopError({ code: 'WO-3013', message: 'not sent: this controller does not lead' })
    }
    const given = init?.signal
    return fetch(url, { ...init, signal: given ? AbortSignal.any([given, election.lost]) : election.lost })
  }
}
