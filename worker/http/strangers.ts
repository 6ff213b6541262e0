/**
 * Connections that the proxy has not been seen on. A session's process can dial this port on loopback and say nothing;
 * without a bound it would take the worker's descriptors one by one, until nobody gets a terminal.
 */
import type { Server, Socket } from 'node:net'
import { HeldConnections } from './held-connections.ts'

/** The proxy sends a request as soon as it has connected, so even a full room has few that have not spoken yet. */
const mostUnknown = 500

type IsProxy = (socket: Socket) => boolean

/** Wraps the question who a peer is, so that a yes is remembered, and bounds the rest on the servers it watches. */
export function boundStrangers(isProxy: IsProxy): { readonly isProxy: IsProxy; watch(server: Server): void } {
  const held = new HeldConnections<Socket>({ unknown: mostUnknown, perOwner: Number.POSITIVE_INFINITY })
  return {
    isProxy: (socket) => {
      const believed = isProxy(socket)
      if (believed && !socket.destroyed) held.begin(socket, 'proxy')
      return believed
    },
    watch: (server) => {
      server.on('connection', (socket: Socket) => {
        socket.once('close', () => held.leave(socket))
        held.arrive(socket)?.destroy()
      })
    },
  }
}
