/** The browser's WebSocket behind the small seam that TermClient needs. */
import { encodeClient } from '@workshop/contracts/terminal-encode'
import { closeCode, terminalProtocol } from '@workshop/contracts/terminal-protocol'
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

/** Whoever opens but does not answer within this time carries nothing, ms. */
const probeMs = 4_000

/**
 * Whether a WebSocket to `path` opens and carries now: some proxies let the handshake pass and nothing after it. What is
 * said on it is no HELLO, so a worker that hears it must close with a code of its own.
 */
export function carriesBrowserSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = open(path)
    const timer = setTimeout(() => socket.close(), probeMs)
    socket.onopen = () => socket.send(encodeClient({ type: 'ping', time: 0 }))
    socket.onclose = ({ code }) => {
      clearTimeout(timer)
      resolve(code === closeCode.protocol)
    }
  })
}

function open(path: string): WebSocket {
  const url = new URL(path, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return new WebSocket(url, terminalProtocol)
}
