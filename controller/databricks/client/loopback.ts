/**
 * `fetch` that reaches `*.localhost`. RFC 6761 makes those names loopback; browsers know it, Node's resolver does not,
 * and Node's fetch will not let a caller set Host. So such calls go through node:http to 127.0.0.1 with their own Host.
 */
import { request } from 'node:http'

export type Fetch = (url: string, init: FetchInit) => Promise<Response>

/** The part of RequestInit that this client uses. */
export interface FetchInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

/** Is this name loopback by definition? */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[?::1)/.test(hostname)
}

/** The default `Fetch`. Redirects are not followed: on this platform one means a login page. */
export const loopbackFetch: Fetch = (url, init) => {
  const target = new URL(url)
  if (target.protocol === 'http:' && target.hostname.endsWith('.localhost')) return overHttp(target, init)
  return fetch(url, { ...init, redirect: 'manual' } as RequestInit)
}

function overHttp(url: URL, { method, headers, body, signal }: FetchInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: url.port || 80,
        path: url.pathname + url.search,
        method,
        headers: { ...headers, host: url.host },
        ...(signal ? { signal } : {}),
      },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const status = answer.statusCode ?? 500
          const content = status === 204 || status === 304 ? null : Buffer.concat(parts)
          const answerHeaders = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
          resolve(new Response(content, { status, headers: Object.fromEntries(answerHeaders) }))
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
