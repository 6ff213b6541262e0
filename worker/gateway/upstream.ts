/** Requests to the workspace: streamed, abortable, with time-outs that long thinking survives. */
import { lookup as systemLookup } from 'node:dns'
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Silence on the line, not the length of an answer: models think for minutes before the first byte. */
const silenceMs = 660_000

export interface UpstreamRequest {
  readonly method: string
  /** Path and query, sent as they are. */
  readonly path: string
  readonly headers: OutgoingHttpHeaders
  readonly body?: Buffer | Readable
  readonly signal: AbortSignal
}

/** One workspace. */
export interface Upstream {
  /** Resolves with the head of the answer; rejects when there is none or the signal fires. */
  readonly send: (request: UpstreamRequest) => Promise<IncomingMessage>
  readonly close: () => void
}

/** `origin`: `http://` or `https://` and host, as GatewayOptions.workspaceUrl. */
export function connectUpstream(origin: string): Upstream {
  const url = new URL(origin)
  const client = url.protocol === 'https:' ? https : http
  const agent = new client.Agent({ keepAlive: true, lookup })
  return {
    send: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const options = {
          protocol: url.protocol,
          hostname: url.hostname,
          port: url.port,
          agent,
          method,
          path,
          headers,
          signal,
        }
        const request = client.request(options, resolve)
        request.on('error', reject)
        request.setTimeout(silenceMs, () => request.destroy(new Error('the workspace has been silent for too long')))
        if (body instanceof Readable) pipeline(body, request).catch(reject)
        else request.end(body)
      }),
    close: () => agent.destroy(),
  }
}

/** RFC 6761: names under `localhost` are this machine, which Node's resolver does not know by itself. */
const lookup: LookupFunction = (hostname, options, callback) => {
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  systemLookup(isLocal ? '127.0.0.1' : hostname, options, callback)
}
