/**
 * Serves one WebSocket of `term.v1`: frames, signs of life, the close. Frames of the server are headed here and written
 * to the connection itself, whole and in one call; ws does the same with more work for each. It goes on to answer pings
 * and to close, and never keeps anything back: there is no compression.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { terminalLimits, terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { Conversation, type TerminalGuest } from './conversation.ts'
import type { TerminalSession } from './session.ts'
import type { ViewerLink } from './viewer.ts'

/** Accepts upgrades for `serveTerminal` in noServer mode: one subprotocol, no compression, small messages. */
export function terminalUpgrades(): WebSocketServer {
  return new TerminalUpgrades({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: terminalLimits.maxFrame,
    handleProtocols: (offered) => (offered.has(terminalProtocol) ? terminalProtocol : false),
  })
}

const connections = new WeakMap<WebSocket, Duplex>()

/** Remembers on which connection a WebSocket is. */
class TerminalUpgrades extends WebSocketServer {
  override handleUpgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    done: (client: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, connection, head, (client, about) => {
      connections.set(client, connection)
      done(client, about)
    })
  }
}

/** Attaches the socket to the session until one of them ends. Never throws. */
export function serveTerminal(socket: WebSocket, session: TerminalSession, guest: TerminalGuest): void {
  const conversation = new Conversation(linkOf(socket), session, guest)
  let alive = true
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate()
    alive = false
    socket.ping()
  }, terminalLimits.heartbeatMs)
  socket.on('pong', () => {
    alive = true
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    alive = true
    // Told to go: what it still says counts for nothing.
    if (socket.readyState !== socket.OPEN) return
    if (isBinary) conversation.receive(data)
    else conversation.refuse('a text message is no frame')
  })
  // The close that follows does the work; an error here is a message that is too large or a broken frame.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearInterval(heartbeat)
    conversation.gone()
  })
}

function linkOf(socket: WebSocket): ViewerLink {
  const connection = connections.get(socket)
  if (connection === undefined) throw new Error('this WebSocket did not come from terminalUpgrades()')
  return {
    send: (bytes, flushed) => {
      if (socket.readyState === socket.OPEN) writeMessage(connection, bytes, flushed)
    },
    queued: () => connection.writableLength,
    close: (code, reason) => closeSocket(socket, code, reason),
  }
}

/** Below it, copying is cheaper than writing two pieces. */
const smallBytes = 1_024

/** One binary message, as a server sends it: final, not masked, 64 KB and a little at most. */
function writeMessage(connection: Duplex, bytes: Uint8Array, flushed: (() => void) | undefined): void {
  const { length } = bytes
  const room = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const isSmall = length <= smallBytes
  const head = Buffer.allocUnsafe(isSmall ? room + length : room)
  head[0] = 0x82
  if (room === 2) head[1] = length
  else if (room === 4) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeUInt32BE(0, 2)
    head.writeUInt32BE(length, 6)
  }
  if (isSmall) {
    head.set(bytes, room)
    connection.write(head, flushed)
    return
  }
  connection.cork()
  connection.write(head)
  connection.write(bytes, flushed)
  connection.uncork()
}

/** A peer that does not answer the close within this time is cut off. */
const closeWithinMs = 2_000

/** Says why, and ends the connection whether the peer agrees or not. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === socket.CLOSED) return
  socket.close(code, reason.slice(0, 120))
  const timer = setTimeout(() => socket.terminate(), closeWithinMs)
  socket.once('close', () => clearTimeout(timer))
}
