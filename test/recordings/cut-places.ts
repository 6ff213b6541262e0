/** Where to come into a recording: evenly spread, and inside what must not be torn. Pure. */
import { randomFrom } from '../support/random.ts'

const esc = 0x1b
const syncBegin = Buffer.from('\u001b[?2026h')

/**
 * About `count` offsets, ascending: half of them anywhere, the others in the middle of an escape sequence, of a
 * character of several bytes, or of a synchronized block. The same `seed` gives the same places.
 */
export function cutPlaces(output: Buffer, count: number, seed: number): number[] {
  if (count >= output.length) return Array.from({ length: output.length }, (_, at) => at + 1)
  const random = randomFrom(seed)
  const kinds = [
    () => 1 + Math.floor(random() * output.length),
    () => next(output, Math.floor(random() * output.length), (at) => output[at] === esc, 1 + Math.floor(random() * 5)),
    () => 1 + Math.floor(random() * output.length),
    () => next(output, Math.floor(random() * output.length), (at) => (output[at] ?? 0) >= 0xc0, 1),
    () => 1 + Math.floor(random() * output.length),
    () =>
      output.indexOf(syncBegin, Math.floor(random() * output.length)) + syncBegin.length + Math.floor(random() * 40),
  ]
  const places = Array.from({ length: count }, (_, i) => kinds[i % kinds.length]?.() ?? 1)
  return [...new Set(places.map((at) => Math.min(output.length, at)))].sort((a, b) => a - b)
}

/** `into` bytes behind the first place from `from` on that fits. */
function next(output: Buffer, from: number, fits: (at: number) => boolean, into: number): number {
  let at = from
  while (at < output.length && !fits(at)) at++
  return at + into
}
