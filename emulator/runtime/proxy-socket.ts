/** Passes WebSockets through to apps: after the handshake the two sockets are joined, back-pressure included. */

import { type ClientRequest, type IncomingMessage, request, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { headersFromApp } from './forwarded-headers.ts'
import type { ProxySettings } from './proxy-settings.ts'

interface Joined {
  readonly app: string
  readonly sides: readonly [Socket, Socket]
  lastDataAt: number
}

export interface SocketPass {
  readonly app: string
  readonly port: number
  readonly headers: readonly string[]
  readonly requestLimitMs: number
}

export class SocketProxy {
  readonly #joined = new Set<Joined>()
  /** Handshakes that the app has not answered yet. */
  readonly #waiting = new Set<ClientRequest>()
  readonly #settings: () => ProxySettings
  readonly #sweep: NodeJS.Timeout

  constructor(settings: () => ProxySettings) {
    this.#settings = settings
    this.#sweep = setInterval(() => this.#cutIdle(), 250).unref()
  }

  /** Repeats the handshake at the app. An answer other than 101 is passed on and ends the connection. */
  pass(incoming: IncomingMessage, client: Socket, head: Buffer, pass: SocketPass): void {
    const upstream = request({
      host: '127.0.0.1',
      port: pass.port,
      path: incoming.url,
      agent: false,
      headers: [...pass.headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
      timeout: pass.requestLimitMs,
    })
    this.#waiting.add(upstream)
    upstream.on('close', () => this.#waiting.delete(upstream))
    upstream.on('upgrade', (answer, app, appHead) => {
      const lines = linesOf(headersFromApp(answer.rawHeaders))
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      if (appHead.length > 0) client.write(appHead)
      if (head.length > 0) app.write(head)
      this.#join(pass.app, client, app as Socket)
    })
    upstream.on('response', (answer) => {
      const lines = linesOf(headersFromApp(answer.rawHeaders))
      client.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines}Connection: close\r\n\r\n`)
      // The length was known or the end of the connection says it: chunks are unwrapped by now.
      answer.on('data', (chunk) => client.write(chunk)).on('end', () => endSoon(client))
      answer.on('error', () => client.destroy())
    })
    upstream.on('timeout', () => upstream.destroy(new Error('no answer')))
    upstream.on('error', () => refuseUpgrade(client, 502, 'App Not Available'))
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
    upstream.end()
  }

  /** Cuts the WebSockets of one app, or all, without a closing handshake; returns how many. */
  cut(app?: string): number {
    const cut = [...this.#joined].filter((joined) => app === undefined || joined.app === app)
    for (const { sides } of cut) for (const side of sides) side.destroy()
    return cut.length
  }

  close(): void {
    clearInterval(this.#sweep)
    this.cut()
    for (const waiting of this.#waiting) waiting.destroy()
  }

  #join(app: string, client: Socket, server: Socket): void {
    const joined: Joined = { app, sides: [client, server], lastDataAt: performance.now() }
    this.#joined.add(joined)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true)
      from.setTimeout(0)
      from.on('data', () => {
        joined.lastDataAt = performance.now()
      })
      from.pipe(to)
      from.on('error', () => to.destroy())
      // Not at once: what the other side has not read yet must still arrive.
      from.on('close', () => {
        to.destroySoon()
        this.#joined.delete(joined)
      })
    }
  }

  #cutIdle(): void {
    const { webSocketIdleMs } = this.#settings()
    if (webSocketIdleMs === 0) return
    const now = performance.now()
    for (const joined of this.#joined) {
      if (now - joined.lastDataAt >= webSocketIdleMs) for (const side of joined.sides) side.destroy()
    }
  }
}

/** Answers an upgrade request with an error and ends the connection. */
export function refuseUpgrade(client: Duplex, status: number, message: string): void {
  if (client.destroyed || !client.writable) return
  const body = JSON.stringify({ error_code: String(status), message })
  client.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  endSoon(client)
}

/** Ends a connection; what the client still sends is thrown away, and after a second it is cut. */
function endSoon(client: Duplex): void {
  client.resume().end()
  const cut = setTimeout(() => client.destroy(), 1000).unref()
  client.on('close', () => clearTimeout(cut))
}

function linesOf(headers: readonly string[]): string {
  let text = ''
  for (let at = 0; at + 1 < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`
  return text
}
