/** Passes one HTTP exchange through to an app, streaming both ways. */

import { type Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { headersFromApp } from './forwarded-headers.ts'
import type { ProxySettings } from './proxy-settings.ts'

export interface HttpPass {
  readonly port: number
  readonly agent: Agent
  readonly headers: readonly string[]
  readonly settings: ProxySettings
  /** Answers for the app when it cannot: 502 or 504. Nothing has been sent then. */
  readonly fail: (status: 502 | 504) => void
}

export function passHttp(incoming: IncomingMessage, outgoing: ServerResponse, pass: HttpPass): void {
  const { method, url: path } = incoming
  const upstream: ClientRequest = request({
    host: '127.0.0.1',
    port: pass.port,
    agent: pass.agent,
    method,
    path,
    headers: pass.headers as string[],
  })
  const fail = (status: 502 | 504) => {
    // What is left of the request must be read, or the connection cannot be used again.
    incoming.unpipe(upstream).resume()
    if (outgoing.headersSent) outgoing.destroy()
    else pass.fail(status)
  }
  const limit = setTimeout(() => {
    fail(504)
    upstream.destroy()
  }, pass.settings.requestLimitMs)
  let cut: NodeJS.Timeout | undefined

  upstream.on('socket', (socket) => socket.setNoDelay(true))
  upstream.on('error', () => fail(502))
  upstream.on('response', (answer) => {
    clearTimeout(limit)
    cut = setTimeout(() => outgoing.destroy(), pass.settings.streamLimitMs)
    answer.on('error', () => outgoing.destroy())
    if (outgoing.headersSent || outgoing.destroyed) return answer.resume()
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersFromApp(answer.rawHeaders))
    if (pass.settings.bufferSse && isEventStream(answer)) return sendAtEnd(answer, outgoing)
    outgoing.flushHeaders()
    return answer.pipe(outgoing)
  })
  outgoing.on('close', () => {
    clearTimeout(limit)
    clearTimeout(cut)
    if (!outgoing.writableFinished) upstream.destroy()
  })
  incoming.pipe(upstream)
}

function isEventStream(answer: IncomingMessage): boolean {
  return /^text\/event-stream\b/.test(answer.headers['content-type'] ?? '')
}

async function sendAtEnd(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer)
    outgoing.end(Buffer.concat(chunks))
  } catch {
    outgoing.destroy()
  }
}
