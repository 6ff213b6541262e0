/** The packaged worker, read once for all Workshops: a pass of each must not read and hash megabytes. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bundle, readBundle } from './bundle.ts'

/** How long the folder is believed to be as it was, ms. */
const freshMs = 1_000
/** A file that was written so short a time before it was read may be written again without a trace, ms. */
const stillMs = 2_000

interface Reading {
  readonly bundle: Bundle
  /** Of the files as they were; undefined where they had not held still. */
  readonly stamps: string | undefined
}

export class BundleFolder {
  readonly #folder: string
  #current: { readonly at: number; readonly reading: Promise<Reading> } | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Throws as `readBundle` does. */
  async bundle(): Promise<Bundle> {
    const now = performance.now()
    if (!this.#current || now - this.#current.at > freshMs) {
      this.#current = { at: now, reading: this.#look(this.#current?.reading) }
    }
    return (await this.#current.reading).bundle
  }

  async #look(earlier: Promise<Reading> | undefined): Promise<Reading> {
    const before = await earlier?.catch(() => undefined)
    const startedAt = Date.now()
    const stamps = await stampsOf(this.#folder)
    if (before && stamps && before.stamps === stamps.text) return before
    const read = await readBundle(this.#folder)
    // Where nothing changed the earlier content is kept, for whoever still holds it.
    const bundle = before?.bundle.hash === read.hash ? before.bundle : read
    const isStill = stamps !== undefined && startedAt - stamps.newestMs > stillMs
    return { bundle, stamps: isStill ? stamps.text : undefined }
  }
}

/** Undefined when the folder cannot be read. */
async function stampsOf(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (!entries) return undefined
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const all = await Promise.all(
    files.sort().map(async (path) => ({ path, is: await stat(path).catch(() => undefined) })),
  )
  const text = all.map(({ path, is }) => `${path} ${is?.ino} ${is?.size} ${is?.mtimeMs} ${is?.ctimeMs}`).join('\n')
  return { text, newestMs: Math.max(...all.map(({ is }) => is?.ctimeMs ?? Number.POSITIVE_INFINITY)) }
}
