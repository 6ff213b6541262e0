/** The platform's log view of an app: the page at /logz and its WebSocket at /logz/stream. */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { LogLine } from './log-ring.ts'
import { escapeHtml, pageHeaders } from './proxy-pages.ts'

/** Where log lines come from; the app host is one. */
export interface LogSource {
  readonly logs: (app: string) => readonly LogLine[]
  readonly followLogs: (app: string, follower: (line: LogLine) => void) => () => void
}

/** The platform sends a frame of one NUL byte now and then, so that proxies do not cut a silent stream. */
const keepAliveMs = 15_000
/** A reader that lags this far behind is cut off rather than buffered for. */
const maxBufferedBytes = 4_000_000

export class LogPage {
  readonly #source: LogSource
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })

  constructor(source: LogSource) {
    this.#source = source
  }

  /** Answers GET /logz. */
  page(app: string, response: ServerResponse): void {
    const nonce = randomBytes(16).toString('base64')
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'`
    response.writeHead(200, { ...pageHeaders, 'content-security-policy': policy })
    response.end(logPageHtml(app, nonce))
  }

  /** Answers an upgrade at /logz/stream; a refusal is said by close code, as the platform does. */
  stream(app: string, request: IncomingMessage, socket: Duplex, head: Buffer, refusal?: 4401 | 4403): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
      if (refusal !== undefined) client.close(refusal, refusal === 4401 ? 'Unauthenticated' : 'Permission denied')
      else this.#serve(app, client)
    })
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }

  #serve(app: string, client: WebSocket): void {
    const keepAlive = setInterval(() => client.send('\0'), keepAliveMs).unref()
    let unfollow = () => {}
    client.once('message', (data) => {
      const search = String(data).toLowerCase()
      const send = (line: LogLine) => {
        if (!line.message.toLowerCase().includes(search)) return
        if (client.bufferedAmount > maxBufferedBytes) client.terminate()
        else client.send(JSON.stringify(line))
      }
      this.#source.logs(app).forEach(send)
      unfollow = this.#source.followLogs(app, send)
    })
    client.on('close', () => {
      clearInterval(keepAlive)
      unfollow()
    })
  }
}

function logPageHtml(app: string, nonce: string): string {
  const name = escapeHtml(app)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Logs of ${name}</title><link rel="icon" href="data:,"><style>
:root { color-scheme: light dark; --page: #fff; --text: #1b2128; --muted: #57606b; --line: #d5dae1 }
@media (prefers-color-scheme: dark) { :root { --page: #0e1116; --text: #e6eaf0; --muted: #9aa5b1; --line: #2c343f } }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.4 system-ui, sans-serif }
header { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 12px; align-items: center; padding: 10px 16px; background: var(--page); border-bottom: 1px solid var(--line) }
h1 { font-size: 16px; margin: 0 auto 0 0 } input { font: inherit; padding: 5px 9px }
pre { margin: 0; padding: 12px 16px; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
.SYSTEM { color: var(--muted) }</style></head>
<body><header><h1>Logs of ${name}</h1><span id="state" role="status">connecting</span>
<label>Search <input id="search" type="search"></label></header><pre id="lines" tabindex="0" aria-label="Log lines"></pre>
<script nonce="${nonce}">
const lines = document.getElementById('lines'), state = document.getElementById('state'), search = document.getElementById('search')
let socket
function open() {
  socket?.close()
  const current = socket = new WebSocket(location.href.replace(/^http/, 'ws').replace(/\\/logz.*/, '/logz/stream'))
  current.onopen = () => { lines.textContent = ''; state.textContent = 'live'; current.send(search.value) }
  current.onclose = () => { if (current === socket) { state.textContent = 'reconnecting'; setTimeout(open, 2000) } }
  current.onmessage = ({ data }) => {
    if (data === '\\0') return
    const line = JSON.parse(data), row = document.createElement('div')
    row.className = line.source
    row.textContent = new Date(line.timestamp * 1000).toISOString().slice(11, 23) + ' [' + line.source + '] ' + line.message
    const isAtEnd = innerHeight + scrollY > document.body.scrollHeight - 40
    lines.append(row)
    if (isAtEnd) scrollTo(0, document.body.scrollHeight)
  }
}
search.onchange = open
open()
</script></body></html>
`
}
