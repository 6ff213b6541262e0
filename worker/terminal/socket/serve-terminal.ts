/** Serves one WebSocket of `term.v1`: frames, signs of life, the close. */
import { terminalLimits } from '@workshop/contracts/terminal-protocol'
import { Conversation, type TerminalGuest } from '../conversation.ts'
import type { TerminalSession } from '../session.ts'
import type { TerminalSocket } from './terminal-socket.ts'

/** Attaches the socket to the session until one of them ends. Never throws. */
export function serveTerminal(socket: TerminalSocket, session: TerminalSession, guest: TerminalGuest): void {
  const conversation = new Conversation(socket, session, guest)
  let alive = true
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate()
    alive = false
    socket.ping()
  }, terminalLimits.heartbeatMs)
  socket.listen({
    message: (data, isBinary) => {
      alive = true
      if (isBinary) conversation.receive(data)
      else conversation.refuse('a text message is no frame')
    },
    pong: () => {
      alive = true
    },
  })
  socket.onClosed(() => {
    clearInterval(heartbeat)
    conversation.gone()
  })
}
