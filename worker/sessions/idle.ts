/** When a session counts as left behind. Pure. */

/** Times are epoch ms; `lastAt` is the latest of creation, output, keystroke and end. */
export interface Activity {
  readonly viewers: number
  readonly preparing: boolean
  readonly lastAt: number
}

/** No viewer, and nothing typed or printed for `idleMs`. */
export function hasIdled({ viewers, preparing, lastAt }: Activity, idleMs: number, now: number): boolean {
  return viewers === 0 && !preparing && now - lastAt >= idleMs
}
