/** The browser's WebSocket behind the small seam that TermClient needs. */
import { terminalProtocol } from '@workshop/contracts/terminal-protocol'
import type { Connect } from './term-options.ts'

/** Connects to `path` (`/api/sessions/<id>/terminal`) on the page's own host. */
export function connectBrowser(path: string): Connect {
  return (events) => {
    const socket = open(path)
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

/** Whether a WebSocket to `path` can be opened now. Nothing is said on it. */
export function opensBrowserSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = open(path)
    socket.onopen = () => {
      resolve(true)
      socket.close()
    }
    socket.onclose = () => resolve(false)
  })
}

function open(path: string): WebSocket {
  const url = new URL(path, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return new WebSocket(url, terminalProtocol)
}
