/** The browser's WebSocket behind the small seam that TermClient needs. */
import { terminalProtocol } from '@workshop/contracts/terminal-protocol'

/** What a connection tells its owner. `close` comes exactly once, `open` and `message` never after it. */
export interface SocketEvents {
  readonly open: () => void
  readonly message: (bytes: Uint8Array) => void
  readonly close: (code: number, reason: string) => void
}

/** One connection attempt. */
export interface TermSocket {
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void
  /** Ends it; `close` of the events still comes. */
  readonly close: () => void
}

export type Connect = (events: SocketEvents) => TermSocket

/** Connects to `path` (`/api/sessions/<id>/terminal`) on the page's own host. */
export function connectBrowser(path: string): Connect {
  return (events) => {
    const url = new URL(path, location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, terminalProtocol)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => events.open()
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      // A text message is no frame: the empty one makes the decoder refuse it.
      events.message(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0))
    }
    socket.onclose = ({ code, reason }) => events.close(code, reason)
    return {
      send: (bytes) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(bytes)
      },
      close: () => socket.close(),
    }
  }
}
