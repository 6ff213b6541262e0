/** How far a ratio that was measured in turns would move if its minutes had come in another number and order. */
import { quantile } from './figure.ts'

/** What was measured in each turn. */
export type Turns = readonly (readonly number[])[]

/** With fewer turns a range says nothing. */
const fewestTurns = 12
const draws = 500
/** A bad minute lasts for some turns, so that neighbours are drawn together: so many, and a sixth of all at least. */
const blockTurns = 6
const shareOfAll = 6
/** Nine draws of ten lie in between. */
const tails = [0.05, 0.95] as const

/** One value in each turn. */
export function singly(values: readonly number[]): Turns {
  return values.map((value) => [value])
}

/**
 * Where the ratio of `of`, taken of all values, lies in nine of ten draws: each draws as many turns as there are, in
 * blocks of neighbours and with repetition, and the same ones for both, for those were measured in the same minute (a
 * paired circular block bootstrap). It speaks of this run; another hour may be another one. Undefined for fewer than 12
 * turns, for different numbers of them, and where there is no ratio. `random` gives 0 to 1.
 */
export function ratioRange(
  ours: Turns,
  peer: Turns,
  of: (values: readonly number[]) => number,
  random: () => number,
): readonly [low: number, high: number] | undefined {
  const turns = ours.length
  if (turns < fewestTurns || peer.length !== turns) return undefined
  const ratios = Array.from({ length: draws }, () => {
    const drawn = draw(turns, random)
    const all = (side: Turns) => drawn.flatMap((turn) => side[turn] ?? [])
    return of(all(ours)) / of(all(peer))
  })
  if (!ratios.every(Number.isFinite)) return undefined
  return [quantile(ratios, tails[0]), quantile(ratios, tails[1])]
}

/** As many turns as there are: blocks that begin anywhere, and go on at the first behind the last. */
function draw(turns: number, random: () => number): number[] {
  const block = Math.max(blockTurns, Math.ceil(turns / shareOfAll))
  const drawn: number[] = []
  while (drawn.length < turns) {
    const from = Math.floor(random() * turns)
    for (let i = 0; i < block && drawn.length < turns; i++) drawn.push((from + i) % turns)
  }
  return drawn
}
