/** Whether prediction is worth it: only on links slow enough to feel. Pure. */

/** ms of round trip from which a key feels late, and below which it does not any more. */
const armAtMs = 30
const disarmAtMs = 20
/** Weight of the newest measurement. */
const weight = 0.4

export interface Arming {
  /** Smoothed round trip, ms; undefined before the first measurement. */
  readonly roundTripMs: number | undefined
  readonly armed: boolean
}

export const unarmed: Arming = { roundTripMs: undefined, armed: false }

/** Takes a measured round trip in. Between the two bounds it stays as it was. */
export function withRoundTrip({ roundTripMs, armed }: Arming, ms: number): Arming {
  const smooth = roundTripMs === undefined ? ms : roundTripMs + weight * (ms - roundTripMs)
  return { roundTripMs: smooth, armed: armed ? smooth >= disarmAtMs : smooth >= armAtMs }
}
