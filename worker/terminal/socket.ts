/**
 * Serves one WebSocket of `term.v1`: handshake, dispatch, signs of life. Whoever upgrades has already checked who the
 * person is, that the session is theirs to see, and the Origin.
 */
import { decodeClient } from '@workshop/contracts/terminal-decode'
import {
  type ClientFrame,
  closeCode,
  TerminalProtocolError,
  type TerminalRole,
  terminalLimits,
  terminalProtocol,
} from '@workshop/contracts/terminal-protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import type { TerminalSession } from './session.ts'
import type { Viewer, ViewerLink } from './viewer.ts'

/** Who is on the other side, and what they may do. */
export interface TerminalGuest {
  readonly email: string
  /** The most that HELLO may ask for. */
  readonly role: TerminalRole
  readonly limits?: { readonly viewers?: number }
}

/** Sockets to one session: two tabs, a phone, a facilitator, and some that are half dead. */
const defaultViewers = 16

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
  let viewer: Viewer | undefined
  let alive = true
  const close = (code: number, reason: string) => {
    if (viewer === undefined) closeSocket(socket, code, reason)
    else session.detach(viewer, code, reason)
  }
  const helloTimer = setTimeout(() => close(closeCode.timeout, 'HELLO did not come'), terminalLimits.helloMs)
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate()
    alive = false
    socket.ping()
  }, terminalLimits.heartbeatMs)

  const receive = (frame: ClientFrame) => {
    if (viewer !== undefined) {
      dispatch(session, viewer, frame)
      return
    }
    if (frame.type !== 'hello') throw new TerminalProtocolError('the first frame was not HELLO')
    if (frame.hello.session !== session.id) throw new TerminalProtocolError('HELLO names another session')
    clearTimeout(helloTimer)
    if (session.info().viewers >= (guest.limits?.viewers ?? defaultViewers)) {
      close(closeCode.busy, 'too many viewers')
      return
    }
    const role = guest.role === 'view' ? 'view' : frame.hello.role
    viewer = session.attach(linkOf(socket), frame.hello, role)
  }

  socket.on('pong', () => {
    alive = true
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    alive = true
    try {
      if (!isBinary) throw new TerminalProtocolError('a text message is no frame')
      receive(decodeClient(data))
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error
      close(closeCode.protocol, error.message)
    }
  })
  // The close that follows does the work; an error here is a message that is too large or a broken frame.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(helloTimer)
    clearInterval(heartbeat)
    close(closeCode.timeout, 'the socket closed')
  })
}

/** Carries out one frame of an attached viewer; throws TerminalProtocolError when it may not be said. */
function dispatch(session: TerminalSession, viewer: Viewer, frame: ClientFrame): void {
  if (viewer.role === 'view' && (frame.type === 'input' || frame.type === 'control')) {
    throw new TerminalProtocolError('a watcher cannot type')
  }
  switch (frame.type) {
    case 'hello':
      throw new TerminalProtocolError('HELLO came twice')
    case 'ack':
      session.acknowledge(viewer, frame.offset)
      break
    case 'input':
      session.input(viewer, frame.inSeq, frame.data)
      break
    case 'resize':
      session.resize(viewer, frame)
      break
    case 'control':
      session.control(viewer, frame.control)
      break
    case 'ping':
      viewer.send({ type: 'pong', time: frame.time })
      break
    case 'pong':
      break
  }
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
