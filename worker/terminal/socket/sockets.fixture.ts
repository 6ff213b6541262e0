/** A server of viewers' sockets on loopback, and clients of it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { WebSocket } from 'ws'
import type { OwnNative } from '../pty-native.ts'
import type { TerminalSocket } from './terminal-socket.ts'
import { terminalUpgrades } from './upgrades.ts'

/** Does with each socket what `serve` says. `native` as for terminalUpgrades. */
export async function servingSockets(serve: (socket: TerminalSocket) => void, native?: OwnNative | null) {
  const accept = terminalUpgrades(native)
  const server = createServer()
  server.on('upgrade', (request, connection, head) => accept(request, connection, head, serve))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

/** Resolves when it is open. */
export async function connectTo(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, terminalProtocol)
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}
