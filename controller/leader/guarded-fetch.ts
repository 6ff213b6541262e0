/** Keeps whoever does not lead from writing: asked right before every write, and what is under way is cut when leadership ends. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { Fetch } from '../databricks/client/loopback.ts'
import type { Election } from './election.ts'
import { lateFetch } from './late-fetch.ts'

export function guardedFetch(fetch: Fetch, election: Pick<Election, 'isHeld' | 'lost'>): Fetch {
  const refuse = () =>
    election.isHeld()
      ? undefined
      : new WorkshopError({ code: 'WO-3013', message: 'not sent: this controller does not lead' })
  return async (url, init) => {
    const signal = init.signal ? AbortSignal.any([init.signal, election.lost]) : election.lost
    const isRead = init.method === 'GET'
    return isRead ? fetch(url, { ...init, signal }) : lateFetch(new URL(url), { ...init, signal }, refuse)
  }
}
