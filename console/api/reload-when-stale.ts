/** A page that is older than the worker asks for chunks that are gone: it loads itself anew. */
import { mayHappen } from './now-and-then.ts'

export function reloadWhenStale(): void {
  addEventListener('vite:preloadError', (event) => {
    if (!mayHappen('reloaded')) return
    event.preventDefault()
    location.reload()
  })
}
