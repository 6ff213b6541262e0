/**
 * WebSocket upgrades: one path, one subprotocol, the same gate as every request. Whatever is refused is refused before
 * the handshake, so that nothing of a session has been touched.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody, WorkshopError } from '@workshop/contracts/errors'
import { closeCode, type TerminalRole, terminalProtocol } from '@workshop/contracts/terminal-protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { RunningTerminal } from '../sessions/launcher.ts'
import type { TerminalSocket } from '../terminal/socket/terminal-socket.ts'
import { terminalUpgrades } from '../terminal/socket/upgrades.ts'
import type { AppContext, Person } from './context.ts'
import { passGate } from './gate.ts'
import { problemOf } from './problem-of.ts'
import { statusOf } from './refusal.ts'
import { pathOf } from './request-shape.ts'
import { SocketLimits } from './socket-limits.ts'

const terminalPath = /^\/api\/sessions\/([0-9a-f]{32})\/terminal$/

/** What happens with an accepted socket. */
export type ServeTerminal<T extends RunningTerminal> = (
  socket: TerminalSocket,
  terminal: T,
  person: Person,
  role: TerminalRole,
) => void

/** Someone at a terminal: its owner, or one who looks on. */
export interface TerminalVisitor {
  readonly person: Person
  readonly role: TerminalRole
}

/** The sockets that are open. */
export interface OpenTerminals {
  /** Closes the sockets of people who may not be here any more. */
  readonly dropWhere: (isGone: (visitor: TerminalVisitor) => boolean) => void
}

/** Attaches the upgrade route to the server. */
export function acceptTerminals<T extends RunningTerminal>(
  server: Server,
  context: AppContext<T>,
  serve: ServeTerminal<T>,
  logger: FastifyBaseLogger,
  limits = new SocketLimits(),
): OpenTerminals {
  const accept = terminalUpgrades()
  const open = new Map<TerminalSocket, TerminalVisitor>()

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    try {
      const { terminal, person, role } = attachable(context, request)
      const address = addressOf(request)
      if (!limits.take(person.email, address, Date.now()))
        throw new WorkshopError({ code: 'WO-4012', message: 'This person or address has too many terminals open' })
      let isAccepted = false
      const release = () => limits.release(person.email, address)
      // The stream's end is the terminal's as well only where the handshake is refused.
      socket.once('close', () => isAccepted || release())
      accept(request, socket, head, (webSocket) => {
        isAccepted = true
        open.set(webSocket, { person, role })
        webSocket.onClosed(() => {
          release()
          open.delete(webSocket)
        })
        serve(webSocket, terminal, person, role)
      })
    } catch (error) {
      refuse(socket, error, logger)
    }
  }
  server.on('upgrade', upgrade)
  return {
    dropWhere: (isGone) => {
      for (const [webSocket, visitor] of open)
        if (isGone(visitor)) webSocket.close(closeCode.forbidden, 'you are not on the roster any more')
    },
  }
}

function attachable<T extends RunningTerminal>(context: AppContext<T>, request: IncomingMessage) {
  const path = pathOf(request.url ?? '')
  const passage = passGate(context, request, path, true)
  const id = terminalPath.exec(path)?.[1]
  if (passage.as !== 'person' || id === undefined) throw noSession()
  const { session, as } = context.sessions.seen(passage.person, id)
  const { terminal } = session
  if (!terminal) throw noSession()
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  if (!offered.includes(terminalProtocol))
    throw new WorkshopError({
      code: 'WO-4009',
      where: 'sec-websocket-protocol',
      message: `It must be ${terminalProtocol}`,
    })
  return { terminal, person: passage.person, role: as }
}

function refuse(socket: Duplex, error: unknown, logger: FastifyBaseLogger): void {
  const { problem, isOurs } = problemOf(error)
  if (isOurs) logger.error({ err: error }, 'upgrade failed')
  const status = statusOf(problem.code)
  logger.info({ route: 'terminal', status, code: problem.code }, 'upgrade refused')
  const body = JSON.stringify(errorBody(problem))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

/** The browser's address as the proxy names it, else the proxy's own. */
export function addressOf(request: IncomingMessage): string {
  const real = request.headers['x-real-ip']
  return (typeof real === 'string' ? real.trim() : '') || request.socket.remoteAddress || ''
}

const noSession = () => new WorkshopError({ code: 'WO-4005', message: 'There is no session of yours with this id' })
