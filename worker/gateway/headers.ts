/** What of a request and of an answer crosses the gateway. Lists of what may pass, so that a new header does not by default. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

const fromClient = new Set([
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'content-encoding',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
  'x-app',
])

const fromUpstream = new Set([
  'accept-ranges',
  'anthropic-ratelimit-requests-remaining',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'request-id',
  'retry-after',
  'x-databricks-org-id',
  'x-request-id',
  'x-should-retry',
])

/**
 * Headers for upstream: what may pass, and our own authorization instead of the session's. No compression is asked
 * for, because the usage in an answer must be readable on its way through.
 */
export function requestHeaders(headers: IncomingHttpHeaders, token: string | undefined): OutgoingHttpHeaders {
  return {
    ...only(headers, fromClient),
    'accept-encoding': 'identity',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}

/** Headers for the session. `x-accel-buffering` asks proxies on the way to pass chunks on as they come. */
export function responseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { ...only(headers, fromUpstream), 'x-accel-buffering': 'no' }
}

function only(headers: IncomingHttpHeaders, names: ReadonlySet<string>): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => names.has(name) && value !== undefined))
}

/** The key that a client presents, in whichever header its kind uses; two different ones are a trick, not a request. */
export function presentedKey(rawHeaders: readonly string[]): { readonly key?: string; readonly conflict: boolean } {
  const keys = new Set<string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    if (name === 'authorization') keys.add(value.replace(/^Bearer +/i, '').trim())
    if (name === 'x-api-key' || name === 'x-goog-api-key') keys.add(value.trim())
  }
  const [key] = keys
  return { ...(key === undefined ? {} : { key }), conflict: keys.size > 1 }
}
