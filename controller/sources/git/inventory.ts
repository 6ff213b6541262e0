/**
 * What a git source has brought so far, kept in the state directory: which Workshop, from which file of which commit.
 * It names snapshots and holds no spec, so nothing that SOPS hides is written down.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HoldReason } from './prune.ts'

export interface InventoryEntry {
  /** `namespace/name`. */
  readonly key: string
  /** Spec file, relative to the snapshot. */
  readonly file: string
  /** Snapshot that the spec in force lies in. */
  readonly commit: string
  /** The same for people: `main@sha1:…`. */
  readonly revision: string
  /** Its file is gone from later commits and its removal waits. */
  readonly held?: HoldReason
}

export interface Inventory {
  /** Commit that was taken last as a whole. */
  readonly applied?: { readonly commit: string; readonly revision: string; readonly at: number }
  readonly entries: readonly InventoryEntry[]
}

/** A file that is missing or broken is an empty inventory: nothing is taken down for it. */
export async function readInventory(file: string): Promise<Inventory> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Inventory
    return Array.isArray(read.entries) ? read : { entries: [] }
  } catch {
    return { entries: [] }
  }
}

/** Whole or not at all. */
export async function writeInventory(file: string, inventory: Inventory): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, JSON.stringify(inventory), { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}
