/** What a room's closing time means now, in words. Pure. */
import { clockTime, roughSpan } from '../../ui/time-words.ts'

/** How long before the end everybody is told, ms. */
const warnMs = 30 * 60_000
const dayMs = 24 * 60 * 60_000

export interface Closing {
  /** `open` is not worth a line. */
  readonly phase: 'open' | 'soon' | 'closed'
  readonly text: string
}

/** `closesAt` is ISO 8601, `now` epoch ms. Undefined for a room without closing time. */
export function closingOf(closesAt: string | undefined, now: number): Closing | undefined {
  if (closesAt === undefined) return undefined
  const at = Date.parse(closesAt)
  const time = clockTime(at)
  if (now >= at)
    return { phase: 'closed', text: `It closed at ${time}. Sessions that run go on; new ones cannot be opened.` }
  const left = at - now
  if (left <= warnMs) return { phase: 'soon', text: `It closes at ${time}, in ${roughSpan(left)}.` }
  const day = left > dayMs ? ` on ${closesAt.slice(0, 10)}` : ''
  return { phase: 'open', text: `Open until ${time}${day}` }
}

/** The value of a `datetime-local` field for a moment, in local time. */
export function fieldOf(closesAt: string | undefined): string {
  if (closesAt === undefined) return ''
  const at = new Date(closesAt)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
