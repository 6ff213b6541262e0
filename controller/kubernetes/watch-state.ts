/** How a watch is, and what that says of everything of its kind. Pure. */

/**
 * `open`: what changes is told. `reconnecting`: not for the moment. `lost`: not for so long that somebody should know.
 * `refused`: the cluster answers, and says no, or has no such kind.
 */
export type WatchState = 'open' | 'reconnecting' | 'lost' | 'refused'

export const watchStates = ['open', 'reconnecting', 'lost', 'refused'] as const satisfies readonly WatchState[]

export interface WatchFacts {
  readonly isBlind: boolean
  /** Since the cluster was heard, a sound watch broke, or, where it never was heard, the watch was begun. */
  readonly unheardMs: number
  /** Status of the last failure; undefined after one that had none, and once the watch was open again. */
  readonly failedWith: number | undefined
  /** Without it there is nothing to work from, so that a refusal is as bad as silence. */
  readonly isNeeded: boolean
}

/** `unreadyMs`: blind for longer is lost. */
export function watchStateOf({ isBlind, unheardMs, failedWith, isNeeded }: WatchFacts, unreadyMs: number): WatchState {
  if (!isBlind) return 'open'
  if (!isNeeded && (failedWith === 403 || failedWith === 404)) return 'refused'
  return unheardMs > unreadyMs ? 'lost' : 'reconnecting'
}

/** All watches of one kind of object. */
export interface WatchedKind {
  /** Plural, as in RBAC; `entries` are the ConfigMaps that the controller publishes. */
  readonly resource: string
  readonly counts: Readonly<Record<WatchState, number>>
}

export function watchedKind(resource: string, states: readonly WatchState[]): WatchedKind {
  const count = (wanted: WatchState) => states.filter((state) => state === wanted).length
  const counts = {
    open: count('open'),
    reconnecting: count('reconnecting'),
    lost: count('lost'),
    refused: count('refused'),
  }
  return { resource, counts }
}

/** One line of /readyz. */
export interface HealthCheck {
  readonly name: string
  readonly ok: boolean
  readonly message: string
  /** What is wrong although it is ok. */
  readonly note?: string
}

/**
 * A kind is not ready while a watch of it is lost. One that is refused alone is not: somebody decided it (a role that
 * names single Secrets, a cluster without WorkshopRooms), no restart mends it, and whoever needs it is told by name.
 */
export function checkOf({ resource, counts }: WatchedKind): HealthCheck {
  const { open, reconnecting, lost, refused } = counts
  const all = open + reconnecting + lost + refused
  const said = [
    ...(lost > 0 ? [`${lost} of ${all} watches lost`] : []),
    ...(refused > 0 ? [`${refused} of ${all} watches refused`] : []),
  ]
  const ok = lost === 0
  const message = said.join(', ')
  return { name: `watch-${resource}`, ok, message, ...(ok && message !== '' ? { note: message } : {}) }
}
