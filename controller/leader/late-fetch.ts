/**
 * A fetch for writes that asks for leave at the last moment: when the connection stands, right before the first byte.
 * `fetch` would be asked before it connects; a process that is frozen in between would still write when it wakes.
 */
import http from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { type FetchInit, isLoopbackName } from '../databricks/client/loopback.ts'

/** Throws what a fetch throws, and what `refuse` answers when leave is not given. Redirects are not followed. */
export function lateFetch(url: URL, init: FetchInit, refuse: () => Error | undefined): Promise<Response> {
  const { method, headers, body, signal } = init
  const isLoopback = isLoopbackName(url.hostname)
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname: isLoopback ? '127.0.0.1' : url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, host: url.host, 'content-length': body === undefined ? 0 : Buffer.byteLength(body) },
      ...(signal ? { signal } : {}),
    })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => resolve(responseOf(answer, Buffer.concat(parts))))
    })
    whenConnected(sent, () => {
      const refusal = refuse()
      if (refusal) sent.destroy(refusal)
      else sent.end(body)
    })
  })
}

/** Calls back once a request has a connection and nothing was written yet. */
export function whenConnected(request: http.ClientRequest, then: () => void): void {
  request.once('socket', (socket) => {
    // Undefined for plain sockets, true until a new TLS connection is agreed on.
    const { secureConnecting } = socket as TLSSocket & { readonly secureConnecting?: boolean }
    if (secureConnecting === true) socket.once('secureConnect', then)
    else if (socket.connecting) socket.once('connect', then)
    else then()
  })
}

function responseOf(answer: http.IncomingMessage, body: Buffer<ArrayBuffer>): Response {
  const status = answer.statusCode ?? 502
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  // These have no body by definition, and Response takes none for them.
  const isEmpty = status === 204 || status === 205 || status === 304
  return new Response(isEmpty ? null : body, { status, headers: Object.fromEntries(headers) })
}
