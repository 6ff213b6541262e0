/** How long the platform takes for what it does in the background. */

/** Milliseconds per state that passes by itself. */
export interface Durations {
  readonly STARTING: number
  readonly DEPLOYING: number
  readonly STOPPING: number
  readonly DELETING: number
  readonly UPDATING: number
}

export type Profile = 'instant' | 'realistic'

/**
 * `realistic`: compute ACTIVE about 80 s after create and RUNNING about 114 s (measured in public threads);
 * stopping and deleting lie inside the ranges that were seen (5–60 s, 1–20 min).
 */
export const profiles: Readonly<Record<Profile, Durations>> = {
  instant: { STARTING: 0, DEPLOYING: 0, STOPPING: 0, DELETING: 0, UPDATING: 0 },
  realistic: { STARTING: 80_000, DEPLOYING: 30_000, STOPPING: 15_000, DELETING: 120_000, UPDATING: 60_000 },
}
