/** Serves one WebSocket of `term.v1`: frames, signs of life, the close. */
import { terminalLimits, terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { Conversation, type TerminalGuest } from './conversation.ts'
import type { TerminalSession } from './session.ts'
import type { ViewerLink } from './viewer.ts'

/** Accepts upgrades for `serveTerminal` in noServer mode: one subprotocol, no compression, small messages. */
export function terminalUpgrades(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: terminalLimits.maxFrame,
    handleProtocols: (offered) => (offered.has(terminalProtocol) ? terminalProtocol : false),
  })
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
  const options = { binary: true, compress: false, fin: true }
  return {
    send: (bytes, flushed) => {
      if (socket.readyState !== socket.OPEN) return
      socket.send(bytes, options, flushed === undefined ? undefined : () => flushed())
    },
    queued: () => socket.bufferedAmount,
    close: (code, reason) => closeSocket(socket, code, reason),
  }
}

/** A peer that does not answer the close within this time is cut off. */
const closeWithinMs = 2_000

function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === socket.CLOSED) return
  socket.close(code, reason.slice(0, 120))
  const timer = setTimeout(() => socket.terminate(), closeWithinMs)
  socket.once('close', () => clearTimeout(timer))
}
