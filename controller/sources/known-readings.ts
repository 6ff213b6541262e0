/**
 * Readings of spec files that did not change since, so that a folder of a thousand specs is not parsed once a second.
 * A reading is kept when its files had held still for a while before it began: whatever is written later gets another
 * inode or change time, which nobody can set back. What was written a moment ago is read again.
 */
import { stat } from 'node:fs/promises'
import type { SpecReading } from './snapshot.ts'

/** Longer than the steps in which file systems count time. */
const stillMs = 2_000

interface Known {
  readonly stamps: string
  readonly reading: SpecReading
}

export class KnownReadings {
  readonly #known = new Map<string, Known>()

  /** The reading of `file`, taken by `load` unless an earlier one still holds. */
  async read(file: string, load: () => Promise<SpecReading>): Promise<SpecReading> {
    const known = this.#known.get(file)
    if (known && (await stampsOf(known.reading.files))?.text === known.stamps) return known.reading
    const startedAt = Date.now()
    const reading = await load()
    const stamps = await stampsOf(reading.files)
    const isStill = stamps !== undefined && startedAt - stamps.newestMs > stillMs
    if (isStill) this.#known.set(file, { stamps: stamps.text, reading })
    else this.#known.delete(file)
    return reading
  }

  /** Forgets every file but these. */
  keepOnly(files: readonly string[]): void {
    const kept = new Set(files)
    for (const file of this.#known.keys()) if (!kept.has(file)) this.#known.delete(file)
  }
}

/** Undefined when one of them is not there. */
async function stampsOf(files: readonly string[]) {
  const all = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)))
  if (all.includes(undefined)) return undefined
  const texts = all.map((each) => each && `${each.dev} ${each.ino} ${each.size} ${each.mtimeNs} ${each.ctimeNs}`)
  return { text: texts.join('\n'), newestMs: Math.max(...all.map((each) => Number(each?.ctimeMs))) }
}
