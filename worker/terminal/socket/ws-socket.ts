/** A WebSocket of ws, where our native part does not load. */
import type { WebSocket } from 'ws'
import { wholeFrame } from '../viewer.ts'
import { closeReason, closeWithinMs, type TerminalSocket } from './terminal-socket.ts'

export function wsSocket(socket: WebSocket): TerminalSocket {
  // The close that follows does the work; an error here is a message that is too large or a broken frame.
  socket.on('error', () => {})
  const isOpen = () => socket.readyState === socket.OPEN
  let drained: (() => void)[] = []
  const drain = () => {
    if (drained.length === 0 || socket.bufferedAmount > 0) return
    const tell = drained
    drained = []
    for (const listener of tell) listener()
  }
  return {
    isOpen,
    listen: ({ message, pong }) => {
      socket.on('pong', pong)
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isOpen()) message(data, isBinary)
      })
    },
    onClosed: (listener) => void socket.once('close', listener),
    send: (bytes, body) => {
      if (isOpen()) socket.send(wholeFrame(bytes, body), drain)
    },
    onDrained: (listener) => void drained.push(listener),
    queued: () => socket.bufferedAmount,
    ping: () => socket.ping(undefined, undefined, drain),
    terminate: () => socket.terminate(),
    close: (code, reason) => {
      if (socket.readyState === socket.CLOSED) return
      socket.close(code, closeReason(reason))
      const timer = setTimeout(() => socket.terminate(), closeWithinMs)
      socket.once('close', () => clearTimeout(timer))
    },
  }
}
