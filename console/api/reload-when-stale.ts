/** A page that is older than the worker asks for chunks that are gone: it loads itself anew, at most once a minute. */
const key = 'workshop.reloaded-at'
const againMs = 60_000

export function reloadWhenStale(): void {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < againMs) return
    event.preventDefault()
    sessionStorage.setItem(key, String(Date.now()))
    location.reload()
  })
}
