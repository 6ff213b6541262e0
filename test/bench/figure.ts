/** One measured number beside its peer and its goal. `holds` is computed here and nowhere else. */

export interface Figure {
  readonly name: string
  readonly ours: number
  /** The same of what we compare with, in the same unit and run; null when there is none on this machine. */
  readonly peer: number | null
  readonly unit: string
  /** ours / peer, or ours / goal's reference where the goal is a plain number; null without a peer. */
  readonly ratio: number | null
  /** Where the ratio lies in nine of ten draws of the turns (spread.ts); only where there were enough of them. */
  readonly range?: readonly [low: number, high: number]
  /** Words such as `≤ 1.1 × peer` or `≤ 3`. */
  readonly goal: string
  /** null when nothing was there to compare with. */
  readonly holds: boolean | null
}

/** A bound on the figure itself (`on: 'ours'`) or on its ratio to the peer (`on: 'ratio'`). */
export interface Goal {
  readonly on: 'ours' | 'ratio'
  readonly at: 'most' | 'least'
  readonly value: number
}

/** Puts a measurement and its goal together. */
export function figure(
  name: string,
  unit: string,
  ours: number,
  peer: number | null,
  goal: Goal,
  range?: Figure['range'],
): Figure {
  const ratio = peer === null || peer === 0 ? null : round(ours / peer)
  const measured = goal.on === 'ours' ? ours : ratio
  const holds = measured === null ? null : goal.at === 'most' ? measured <= goal.value : measured >= goal.value
  const words = `${goal.at === 'most' ? '≤' : '≥'} ${goal.value}${goal.on === 'ratio' ? ' × peer' : ` ${unit}`}`
  return {
    name,
    ours: round(ours),
    peer: peer === null ? null : round(peer),
    unit,
    ratio,
    goal: words,
    holds,
    ...(range === undefined || ratio === null ? {} : { range: [round(range[0]), round(range[1])] as const }),
  }
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** The value below which the share `q` (0 to 1) of the sorted values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

const round = (value: number) => Number(value.toPrecision(4))
