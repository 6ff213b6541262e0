/** Where a page goes whose worker no longer serves its person: the seat has moved, or the app is gone. Pure. */
import type { Failure } from '../../api/call.ts'

/** What the page knows beside the last refusal. */
export interface Surroundings {
  readonly hubUrl: string | undefined
  /** Refusals of the platform itself in a row, this one included. */
  readonly inRow: number
  /** A terminal of the page is connected, so that the person is served. */
  readonly isConnected: boolean
}

/** Waits of 1, 2 and 5 s lie between so many: what passes by itself has passed. */
const enough = 4

/** Did the platform answer, for an app that this person may not open any more or that was deleted? */
export function isPlatforms({ status, code }: Failure): boolean {
  return code === undefined && (status === 403 || status === 404)
}

/** An address, or undefined to stay: what is wrong then is no matter of place, or passes. */
export function wayOut(failure: Failure, { hubUrl, inRow, isConnected }: Surroundings): string | undefined {
  if (failure.code === 'WO-4002') return failure.link
  return isPlatforms(failure) && inRow >= enough && !isConnected ? hubUrl : undefined
}

const told = new Set(['WO-4001', 'WO-4002', 'WO-4004'])

/** Is it to be told on the page? A server that is away is the header's matter. */
export function isShutOut(failure: Failure): boolean {
  return isPlatforms(failure) || failure.status === 401 || told.has(failure.code ?? '')
}

/** Does the hub know more of it? It waits with people who have no seat. */
export function mayHelp(failure: Failure): boolean {
  return isPlatforms(failure) || failure.code === 'WO-4004'
}
