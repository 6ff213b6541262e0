/** When a lease that somebody else holds may be taken: judged by our own clock alone, never by the times in it. Pure. */

/** `spec` of a Lease as far as the election reads it. */
export interface LeaseSpec {
  readonly holderIdentity?: string | null
  readonly leaseDurationSeconds?: number | null
  readonly acquireTime?: string | null
  readonly renewTime?: string | null
  readonly leaseTransitions?: number | null
}

/** What we saw last, and when by our own monotonic clock (ms) it last changed. */
export interface LeaseView {
  readonly print: string
  readonly changedAt: number
}

/** The view after another look. A record that stays the same grows older; whatever differs starts anew. */
export function nextView(before: LeaseView | undefined, spec: LeaseSpec, now: number): LeaseView {
  const print = JSON.stringify([spec.holderIdentity ?? '', spec.renewTime ?? '', spec.leaseTransitions ?? 0])
  return before?.print === print ? before : { print, changedAt: now }
}

/** Nobody holds it, or whoever does has not renewed it for as long as it promised. */
export function mayTake(spec: LeaseSpec, view: LeaseView, now: number): boolean {
  if (!spec.holderIdentity) return true
  return now - view.changedAt >= (spec.leaseDurationSeconds ?? 0) * 1_000
}
