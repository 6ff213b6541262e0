/**
 * When to ask the platform again (facts: errors, retries, limits). Reads and other idempotent calls are repeated after
 * 429, 5xx of a passing kind and network errors. A call that makes something is repeated after 429 alone (the platform
 * did nothing); after anything else its result is unknown and the caller looks first. Pure.
 */

/** Full jitter between 0 and min(32 s, 1 s × 2^attempt). */
export const backoff = { firstMs: 1_000, maxMs: 32_000 } as const
/** The platform may name its own wait; longer ones are cut so that a wrong header cannot stop us for an hour. */
export const maxRetryAfterMs = 120_000

const passing = new Set([408, 429, 500, 502, 503, 504])

/** One failed attempt. `status` 0 is a network error. */
export interface Attempt {
  /** 0 for the first. */
  readonly number: number
  readonly status: number
  readonly idempotent: boolean
  /** Value of the Retry-After header. */
  readonly retryAfter: string | null
}

/** Milliseconds to wait before the next attempt, or why there is none. */
export type Verdict = { readonly waitMs: number } | 'give-up' | 'unknown-result'

/** Decides after one failed attempt. `random` is in [0, 1). */
export function afterFailure(attempt: Attempt, now: number, random: number): Verdict {
  const { status, idempotent } = attempt
  if (status !== 0 && !passing.has(status)) return 'give-up'
  if (!idempotent && status !== 429) return 'unknown-result'
  const asked = retryAfterMs(attempt.retryAfter, now)
  const jitter = random * Math.min(backoff.maxMs, backoff.firstMs * 2 ** attempt.number)
  return { waitMs: asked === undefined ? jitter : asked + random * 250 }
}

/** Retry-After as seconds or as an HTTP date, in ms from now; undefined when absent or unreadable. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, ms))
}
