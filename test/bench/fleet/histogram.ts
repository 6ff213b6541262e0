/** Quantiles of how long turns took, read from the metrics as a dashboard reads them. */

/** Upper bound in seconds and how many were no longer, ascending. */
export type Buckets = readonly (readonly [bound: number, count: number])[]

const line = /^controller_runtime_reconcile_time_seconds_bucket\{le="([^"]+)",controller="workshop"\} (\d+)$/gm

/** Throws when the metric is not there. */
export function timesOf(metrics: string): Buckets {
  const buckets = [...metrics.matchAll(line)].map(
    ([, bound, count]) => [bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count)] as const,
  )
  if (buckets.length === 0) throw new Error('the metrics have no times of turns')
  return buckets
}

/** Of what came between two readings; like Prometheus, within a bucket all are taken to lie evenly. Seconds. */
export function sinceOf(before: Buckets, after: Buckets): (share: number) => number {
  const counts = after.map(([bound, count], index) => [bound, count - (before[index]?.[1] ?? 0)] as const)
  const total = counts.at(-1)?.[1] ?? 0
  return (share) => {
    const rank = share * total
    const at = counts.findIndex(([, count]) => count >= rank)
    const [bound = 0, count = 0] = counts[at] ?? []
    const [below, fewer] = counts[at - 1] ?? [0, 0]
    if (bound === Number.POSITIVE_INFINITY) return below
    return count === fewer ? bound : below + ((bound - below) * (rank - fewer)) / (count - fewer)
  }
}
