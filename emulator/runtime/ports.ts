/** Ports for apps: a free one to hand out, and waiting until an app listens on it. */

import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A port that nobody listens on now and that is not in `taken`. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer()
      server.on('error', reject)
      // On all addresses, because an app may listen on 0.0.0.0.
      server.listen(0, () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
      })
    })
    if (!taken.has(port)) return port
  }
}

/** Resolves to true when something accepts connections on 127.0.0.1:`port`, to false when the signal fires first. */
export async function listens(port: number, signal: AbortSignal): Promise<boolean> {
  for (let pauseMs = 20; !signal.aborted; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    if (await accepts(port)) return true
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
  return false
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
