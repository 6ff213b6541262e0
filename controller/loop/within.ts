/** A deadline for work that should end by itself. */
import type { Clock } from '../databricks/client/clock.ts'

export interface Deadline {
  readonly clock: Clock
  readonly ms: number
  readonly work: Promise<unknown>
  /** Called when the work was not done in time; it is not waited for any longer. */
  readonly late: () => void
}

export async function within({ clock, ms, work, late }: Deadline): Promise<void> {
  const inTime = new AbortController()
  const over = clock.sleep(ms, inTime.signal).then(late, () => undefined)
  await Promise.race([work, over])
  inTime.abort()
}
