/** When to ask a busy model again. Only before the first byte of an answer has gone out. */

/** Statuses by which the platform says "later". */
const busy = new Set([429, 503, 529])
const maxRetries = 3
/** A longer wait is the agent's to decide: it shows that it waits, we would only look stuck. */
const longestWaitMs = 20_000
const firstWaitMs = 1_000

/**
 * Milliseconds to wait before trying again, or undefined to pass the answer on.
 * `attempt` counts from 0; `random` is in [0, 1) and spreads sessions that were refused together.
 */
export function retryWait(
  answer: { readonly status: number; readonly retryAfter: string | undefined },
  attempt: number,
  { random, now }: { readonly random: number; readonly now: number },
): number | undefined {
  if (!busy.has(answer.status) || attempt >= maxRetries) return undefined
  const asked = retryAfterMs(answer.retryAfter, now)
  if (asked !== undefined) return asked <= longestWaitMs ? asked + random * 250 : undefined
  return firstWaitMs * 2 ** attempt * (0.5 + random)
}

/** Retry-After is seconds or a date. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
