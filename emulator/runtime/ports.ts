/** Ports for apps: a free one to hand out, and waiting until an app listens on it. */

import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Below Kubernetes' node ports (30000) and the usual ports of outgoing connections (Linux 32768, others 49152). */
export const portRange = { first: 20_000, last: 29_999 } as const

/** On all addresses, because an app may listen there; and on the one that some systems give to another all the same. */
const hosts = [undefined, '127.0.0.1'] as const

/**
 * A port that nobody listens on now and that is not in `taken`; no outgoing connection gets it before it is used. Throws
 * when there is none, or when nothing can be listened on.
 */
export async function freePort(taken: ReadonlySet<number>, random: () => number = Math.random): Promise<number> {
  const { first, last } = portRange
  const count = last - first + 1
  const begin = Math.floor(random() * count)
  for (let i = 0; i < count; i++) {
    const port = first + ((begin + i) % count)
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new Error(`no port from ${first} to ${last} is free`)
}

async function isFree(port: number): Promise<boolean> {
  for (const host of hosts) if (!(await canListen(port, host))) return false
  return true
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
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
