/** One term of office: wait for the lease, work while it is ours, stop when it is not. */
import type { Election } from './election.ts'

export interface Term {
  /** Ends the wait or the term without a loss. */
  readonly signal: AbortSignal
  readonly gained: () => Promise<void>
  readonly lost: (why: string) => void
}

/** Resolves when the term is over, one way or the other. */
export async function lead(election: Election, { signal, gained, lost }: Term): Promise<void> {
  await election.acquire(signal).catch(() => undefined)
  if (signal.aborted) return
  // Renewed from here on: getting to work may take longer than a lease lasts.
  const held = election.hold(signal)
  await gained()
  await held
  if (election.lost.aborted) lost((election.lost.reason as Error).message)
}
