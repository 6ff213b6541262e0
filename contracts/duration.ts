/** Durations of the spec: whole numbers with d, h, m or s, as in 90d or 1h30m. Pure. */

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const

/** Milliseconds of a duration such as `90d`, `24h`, `30m`, `45s` or `1h30m`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+[dhms])+$/.test(text)) return undefined
  let total = 0
  for (const [, count = '0', unit = 's'] of text.matchAll(/(\d+)([dhms])/g)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs]
  }
  return total
}

/** Milliseconds of a duration that the schema has already accepted. Throws RangeError on anything else. */
export function durationMs(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new RangeError(`not a duration: ${text}`)
  return ms
}

/** For people: `45 s`, `2 m 06 s`, `3 h 20 m`, `13 d`. Two units at most; whole seconds. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  if (seconds < 86_400) return pair(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'm')
  return `${Math.floor(seconds / 86_400)} d`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${String(small).padStart(2, '0')} ${smallUnit}`
}
