/** Times and durations in the words of the house: `14:18`, `14:18:02`, `2 m 06 s`, `41 min`. All pure. */

const two = (value: number) => String(value).padStart(2, '0')

/** Local wall-clock time, hours and minutes. */
export function clockTime(epochMs: number): string {
  const at = new Date(epochMs)
  return `${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Local wall-clock time with seconds. */
export function clockTimeWithSeconds(epochMs: number): string {
  return `${clockTime(epochMs)}:${two(new Date(epochMs).getSeconds())}`
}

/** A span for reading: `9 s`, `2 m 06 s`, `1 h 12 m`. Negative spans count as none. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
}

/** A span where seconds do not matter: `now`, `12 min`, `3 h`, `2 d`. */
export function roughSpan(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  if (minutes < 1) return 'under a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d`
}

/** `1 session`, `2 sessions`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${value} ${value === 1 ? one : many}`
}
