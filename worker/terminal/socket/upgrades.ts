/**
 * Accepts upgrades for viewers. ws does the handshake with all its checks; then our native part takes the connection
 * over, and ws and Node's stream let go of theirs. Where that part does not load, ws goes on.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { terminalLimits, terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { WebSocketServer } from 'ws'
import { loadPty, type OwnNative } from '../pty-native.ts'
import { NativeSocket } from './native-socket.ts'
import type { TerminalSocket } from './terminal-socket.ts'
import { wsSocket } from './ws-socket.ts'

/** Takes one upgrade; `done` comes within the call, or never when the handshake is refused. */
export type AcceptUpgrade = (
  request: IncomingMessage,
  connection: Duplex,
  head: Buffer,
  done: (socket: TerminalSocket) => void,
) => void

const none = Buffer.alloc(0)

/** One subprotocol, no compression, small messages. `native`: null for none; left out, the one that fits this machine. */
export function terminalUpgrades(native: OwnNative | null = ownNative()): AcceptUpgrade {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: terminalLimits.maxFrame,
    handleProtocols: (offered) => (offered.has(terminalProtocol) ? terminalProtocol : false),
  })
  return (request, connection, head, done) => {
    const fd = native === null ? undefined : descriptorOf(connection)
    server.handleUpgrade(request, connection, fd === undefined ? head : none, (client) => {
      // An answer to the handshake that still waits would be lost with Node's stream.
      if (native === null || fd === undefined || connection.writableLength > 0) {
        if (fd !== undefined && head.length > 0) connection.unshift(head)
        done(wsSocket(client))
        return
      }
      const socket = new NativeSocket(native, fd)
      connection.destroy()
      done(socket)
      if (head.length > 0) socket.receive(head)
    })
  }
}

function ownNative(): OwnNative | null {
  const loaded = loadPty()
  return loaded.kind === 'own' ? loaded.native : null
}

/** Of a plain TCP connection; undefined for everything else, TLS above all. */
function descriptorOf(connection: Duplex): number | undefined {
  const { _handle: handle } = connection as { readonly _handle?: { readonly fd?: unknown } | null }
  if ('encrypted' in connection || typeof handle?.fd !== 'number' || handle.fd < 0) return undefined
  return handle.fd
}
