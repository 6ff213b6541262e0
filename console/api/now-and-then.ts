/** Leaving the page by itself must never become a loop: once a minute and reason at most, over reloads too. */

const againMs = 60_000

/** Says whether it may happen now, and notes it. `reason` is a key of the session's storage. */
export function mayHappen(reason: string): boolean {
  const key = `workshop.${reason}-at`
  if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < againMs) return false
  sessionStorage.setItem(key, String(Date.now()))
  return true
}
