/** Who is measured when: servers stay up side by side, and none is always the first or behind the same other one. */

/** The order of one round: every rotation, forwards and backwards. */
export function turnsOf<T>(systems: readonly T[], round: number): readonly T[] {
  const from = round % systems.length
  const turned = [...systems.slice(from), ...systems.slice(0, from)]
  return Math.floor(round / systems.length) % 2 === 0 ? turned : turned.reverse()
}
