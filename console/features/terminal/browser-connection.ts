/** How a terminal of this page reaches its worker: by WebSocket, or by plain requests where that fails. */
import { carriesBrowserSocket, connectBrowser } from './browser-socket.ts'
import { connectHttp } from './http-socket.ts'
import type { Connect, TermClock } from './term-options.ts'
import { bestTransport, type TransportMemory, type TransportName } from './transport.ts'

/** Kept per browser and host: the next page on the same network need not find out again. */
const key = 'workshop.plain-requests-until'

const memory: TransportMemory = {
  get httpUntil() {
    return Number(localStorage.getItem(key) ?? 0)
  },
  set httpUntil(until: number) {
    localStorage.setItem(key, String(until))
  },
}

/** The browser's clock, epoch ms. */
export const browserClock: TermClock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Connects to a session of this host; `using` is told the way each time. */
export function browserConnection(session: string, using: (name: TransportName) => void): Connect {
  const path = `/api/sessions/${encodeURIComponent(session)}/terminal`
  return bestTransport({
    socket: connectBrowser(path),
    http: connectHttp(session, {
      fetch: (...wish) => fetch(...wish),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
    probe: () => carriesBrowserSocket(path),
    memory,
    clock: browserClock,
    using,
  })
}
