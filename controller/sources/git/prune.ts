/** Which Workshops that are missing from a good snapshot may go, and which wait for a person. Pure. */

/** Annotation on a Workshop whose file may go without its fleet. */
export const pruneAnnotation = 'vibeworkshop.dev/prune'

/** Why a removal waits. */
export type HoldReason = 'EmptyTree' | 'TooMany' | 'PruneDisabled' | 'PruneOff'

export interface PruneInput {
  /** Keys that this source brought so far, with the annotation as it was in the last good spec. */
  readonly inventory: ReadonlyMap<string, { readonly pruneAnnotation: string | undefined }>
  /** Keys of the snapshot, which is good as a whole. */
  readonly found: ReadonlySet<string>
  /** False: nothing is ever taken down because its file went. */
  readonly isOn: boolean
  /** Removals that wait already: one confirmed removal among them must not make the rest look few. */
  readonly heldBefore: ReadonlyMap<string, HoldReason>
  /** Keys whose removal a person has confirmed. */
  readonly confirmed: ReadonlySet<string>
}

export interface PruneVerdict {
  readonly remove: readonly string[]
  readonly hold: ReadonlyMap<string, HoldReason>
}

/** More than this part of all Workshops gone at once looks like an accident. */
const largestShare = 0.5
const suspicious: ReadonlySet<HoldReason | undefined> = new Set(['EmptyTree', 'TooMany'])

/** Held against what the source ever brought, not against the last attempt: a bad attempt in between changes nothing. */
export function judgePrune({ inventory, found, isOn, heldBefore, confirmed }: PruneInput): PruneVerdict {
  const missing = [...inventory.keys()].filter((key) => !found.has(key))
  const isTooMany = missing.length / Math.max(1, inventory.size) > largestShare
  const hold = new Map<string, HoldReason>()
  for (const key of missing) {
    if (confirmed.has(key)) continue
    const isDisabled = inventory.get(key)?.pruneAnnotation === 'disabled'
    if (found.size === 0) hold.set(key, 'EmptyTree')
    else if (!isOn) hold.set(key, 'PruneOff')
    else if (isDisabled) hold.set(key, 'PruneDisabled')
    else if (isTooMany || suspicious.has(heldBefore.get(key))) hold.set(key, 'TooMany')
  }
  return { remove: missing.filter((key) => !hold.has(key)), hold }
}

/** One sentence for people. */
export function holdText(reason: HoldReason): string {
  const why = {
    EmptyTree: 'the revision holds no Workshop at all',
    TooMany: 'more than half of all Workshops are gone at once',
    PruneDisabled: `its annotation ${pruneAnnotation} says disabled`,
    PruneOff: 'the controller runs with --no-prune',
  }[reason]
  return `its file is gone from git, but ${why}; it goes on until the removal is confirmed or the file is back`
}
