/** What differs between two specs, in the words of the file: `workers.replicas 2 → 3`. Pure. */
import type { WorkshopSpec } from '@workshop/contracts/workshop'

/** Changes that are named; more of them are counted. */
const named = 4

/** One sentence part; empty when nothing differs. Values under credentials are never shown. */
export function specChanges(before: WorkshopSpec, after: WorkshopSpec): string {
  const changes = [...differences(before, after, '')]
  const more = changes.length > named ? [`${changes.length - named} more`] : []
  return [...changes.slice(0, named), ...more].join(', ')
}

function* differences(before: unknown, after: unknown, path: string): Generator<string> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  if (isGroup(before) && isGroup(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differences(before[key], after[key], path === '' ? key : `${path}.${key}`)
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const [old, fresh] = [before, after].map((list) => list.map((item) => JSON.stringify(item)))
    const gone = old?.filter((item) => !fresh?.includes(item)).length ?? 0
    const come = fresh?.filter((item) => !old?.includes(item)).length ?? 0
    yield gone + come === 0
      ? `${path} reordered`
      : `${path} ${[come && `+${come}`, gone && `−${gone}`].filter(Boolean).join(' ')}`
  } else {
    yield isShort(before) && isShort(after) && !path.startsWith('credentials')
      ? `${path} ${before ?? 'unset'} → ${after ?? 'unset'}`
      : path
  }
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Longer values would fill a line by themselves. */
const isShort = (value: unknown) =>
  value === undefined || (!isGroup(value) && !Array.isArray(value) && String(value).length <= 40)
