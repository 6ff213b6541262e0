/** What /metrics answers, parsed, and scrapes put on a time line as Prometheus would hold them. Pure. */

export interface Series {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>
  /** Seconds and value. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Scrape {
  readonly values: ReadonlyMap<string, { readonly labels: Series['labels']; readonly value: number }>
  /** Names of metrics that only grow; the parts of histograms too. */
  readonly counters: ReadonlySet<string>
}

/** Reads Prometheus' text format; `target` is what the scraper itself knows, and gives way to labels of the series (honorLabels). */
export function scrapeOf(text: string, target: Series['labels'] = {}): Scrape {
  const values = new Map<string, { readonly labels: Series['labels']; readonly value: number }>()
  const counters = new Set<string>()
  for (const line of text.split('\n')) {
    const [, name = '', type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? []
    if (type === 'counter') counters.add(name)
    if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) counters.add(`${name}_${part}`)
    const sample = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (!sample) continue
    const pairs = [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ])
    const labels = { ...target, ...Object.fromEntries(pairs), __name__: sample[1] ?? '' }
    const value = sample[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(sample[3])
    values.set(JSON.stringify(Object.entries(labels).sort()), { labels, value })
  }
  return { values, counters }
}

/**
 * An hour in which the first scrape turned into the second: counters grow evenly, everything else is as it is in the
 * end. A real trouble of seconds so becomes one that lasts as long as alerts wait.
 */
export function stretched(before: Scrape, after: Scrape, stepSeconds = 30, seconds = 3_600): readonly Series[] {
  const times = Array.from({ length: seconds / stepSeconds + 1 }, (_, index) => index * stepSeconds)
  return [...after.values].map(([key, { labels, value }]) => {
    const from = before.values.get(key)?.value ?? 0
    const grows = after.counters.has(labels['__name__'] ?? '')
    const at = (time: number) => (grows ? from + ((value - from) * time) / seconds : value)
    return { labels, points: times.map((time) => [time, at(time)] as const) }
  })
}

/** Metrics that a query asks for, with the labels it matches. */
export function askedOf(query: string): readonly { readonly metric: string; readonly labels: readonly string[] }[] {
  return [...query.matchAll(/\b([a-z]+_[a-z_]+)(?:\{([^}]*)\})?/g)]
    .filter(([, name]) => name !== 'histogram_quantile')
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)(?==|!)/g)].map(([, name = '']) => name),
    }))
}
