/** Whose turn it is when workers must be disturbed: in place, highest ordinal first, a few at a time, and stop when too many failed. Pure. */

export interface RolloutWorker {
  readonly name: string
  readonly ordinal: number
  /** People may sit there: it runs some deployment. One that does not is mended at once and takes no part in the budget. */
  readonly established: boolean
  /** Must be redeployed, resized or restarted. */
  readonly behind: boolean
  /** Being drained, deployed or resized now. */
  readonly busy: boolean
  /** Its last try at the wanted revision failed. */
  readonly failed: boolean
}

export interface RolloutRules {
  readonly maxUnavailable: number
  readonly maxFailures: number
  /** Workers with an ordinal up to this keep what they run. */
  readonly partition: number
}

/** `go`, or one sentence on why not yet. */
export type Turn = 'go' | { readonly wait: string }

/** The turn of every worker that is behind. */
export function rolloutTurns(workers: readonly RolloutWorker[], rules: RolloutRules): ReadonlyMap<string, Turn> {
  const turns = new Map<string, Turn>()
  const failures = workers.filter(({ failed }) => failed)
  const busy = workers.filter((worker) => worker.busy)
  let free = rules.maxUnavailable - busy.filter((worker) => !worker.failed).length
  for (const worker of [...workers].sort((a, b) => b.ordinal - a.ordinal)) {
    if (!worker.behind) continue
    if (!worker.established || worker.busy) turns.set(worker.name, 'go')
    else if (worker.ordinal <= rules.partition)
      turns.set(worker.name, { wait: `partition ${rules.partition} holds it` })
    else if (failures.length >= rules.maxFailures && !worker.failed) {
      const who = failures.map(({ name }) => name).join(', ')
      turns.set(worker.name, { wait: `held: ${who} failed, maxFailures is ${rules.maxFailures}` })
    } else if (free > 0) {
      free -= 1
      turns.set(worker.name, 'go')
    } else turns.set(worker.name, { wait: `waits its turn: maxUnavailable is ${rules.maxUnavailable}` })
  }
  return turns
}
