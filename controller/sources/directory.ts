/**
 * Workshops from a folder of `*.workshop.yaml` files, or from one file. Polled by content: editors rename, swap and
 * half-write, and file events differ by system. A reading counts only when two in a row agree; what cannot be used
 * leaves the last good spec in force. A file that goes takes its Workshop with it, but never all at once and never the
 * single file that was named: that is a mistake more often than a wish.
 */
import { dirname } from 'node:path'
import { messageOf, type Problem } from '@workshop/contracts/errors'
import { parseWorkshop } from '@workshop/contracts/validate'
import { keyOf } from '../core/names.ts'
import { type Clock, systemClock } from '../databricks/client/clock.ts'
import type { Wish } from '../loop/subject.ts'
import { KnownReadings } from './known-readings.ts'
import { type ParseWorkshop, readSnapshot, type SpecReading } from './snapshot.ts'
import type { Source } from './source.ts'

export interface DirectoryOptions {
  /** Folder or file. */
  readonly path: string
  readonly pollMs?: number
  readonly clock?: Clock
  readonly parse?: ParseWorkshop
}

/** How long a changed file must hold still. */
const settleMs = 200
/** A folder of more specs is looked at less often, so that looking stays below a hundredth of a core. */
const specsPerSecond = 250

export function directorySource({
  path,
  pollMs = 1_000,
  clock = systemClock,
  parse = parseWorkshop,
}: DirectoryOptions): Source {
  const uri = `dir:${path}`
  const stopping = new AbortController()
  let wishes: ReadonlyMap<string, Wish> = new Map()
  let loose: readonly Problem[] = []
  const known = new KnownReadings()
  /** Key by file, so that a file which breaks is still known for its Workshop. */
  const keyByFile = new Map<string, string>()
  let loop = Promise.resolve()

  const take = (readings: readonly SpecReading[]): readonly string[] => {
    const next = new Map<string, Wish>()
    const lost: Problem[] = []
    for (const reading of readings) {
      const key = reading.workshop ? keyOf(reading.workshop) : keyByFile.get(reading.file)
      const before = key === undefined ? undefined : wishes.get(key)
      const workshop = reading.workshop ?? before?.workshop
      if (key === undefined || !workshop || (next.has(key) && !reading.workshop)) {
        lost.push(...reading.problems)
        continue
      }
      keyByFile.set(reading.file, key)
      const people = reading.workshop ? reading.people : (before?.people ?? [])
      const { problems, revision, file } = reading
      next.set(key, { key, workshop, problems, people, folder: dirname(file), uri: `dir:${file}`, revision })
    }
    const isEmptied = next.size === 0 && wishes.size > 0
    const before = wishes
    loose = isEmptied
      ? [{ code: 'WO-1001', message: 'no Workshop is left; the last ones go on', where: path }, ...lost]
      : lost
    if (!isEmptied) wishes = next
    const keys = new Set([...before.keys(), ...wishes.keys()])
    return [...keys].filter((key) => before.get(key)?.revision !== wishes.get(key)?.revision)
  }

  const watch = async (onChange: (keys: readonly string[]) => void, first: string) => {
    let current = first
    let candidate = first
    let specs = wishes.size
    while (!stopping.signal.aborted) {
      // A change is read again soon: it counts when it holds still.
      const isFresh = candidate !== current
      const usualMs = pollMs * Math.max(1, specs / specsPerSecond)
      await clock.sleep(isFresh ? Math.min(pollMs, settleMs) : usualMs, stopping.signal).catch(() => undefined)
      if (stopping.signal.aborted) return
      const readings = await readSnapshot(path, parse, undefined, known).catch((error: unknown) => {
        const message = messageOf(error)
        loose = [{ code: 'WO-1001', message, where: path }]
      })
      if (!readings) continue
      specs = readings.length
      const print = fingerprint(readings)
      if (print !== current && print === candidate) {
        current = print
        const keys = take(readings)
        if (keys.length > 0) onChange(keys)
      }
      candidate = print
    }
  }

  return {
    uri,
    start: async (onChange) => {
      const readings = await readSnapshot(path, parse, undefined, known)
      take(readings)
      loop = watch(onChange, fingerprint(readings))
    },
    stop: async () => {
      stopping.abort()
      await loop
    },
    get: (key) => wishes.get(key),
    keys: () => [...wishes.keys()],
    problems: () => loose,
  }
}

function fingerprint(readings: readonly SpecReading[]): string {
  return readings.map(({ file, revision }) => `${file}\0${revision}`).join('\n')
}
