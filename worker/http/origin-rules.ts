/**
 * Did this request come from our own page? Exact comparisons only: no suffix, no pattern. Other apps of the platform
 * share a parent domain with this one, so `same-site` is as foreign as `cross-site`.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Problem } from '@workshop/contracts/errors'

/** What kind of request it is; each kind is held to its own rules. */
export type RequestKind =
  /** A browser opens a page or loads a file of it. */
  | 'page'
  /** The page reads. */
  | 'read'
  /** The page changes something. */
  | 'write'
  /** The page opens a WebSocket. */
  | 'upgrade'
  /** A machine with a bearer; no page is involved, so an Origin is not expected. */
  | 'machine'

/** The problem with a request to the app at `publicOrigin` (`https://host`), or undefined. */
export function originProblem(
  kind: RequestKind,
  headers: IncomingHttpHeaders,
  publicOrigin: string,
): Problem | undefined {
  const host = text(headers['x-forwarded-host']) || text(headers.host)
  if (host.toLowerCase() !== new URL(publicOrigin).host) return foreign('it names another host')
  if (kind === 'page') return undefined
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return foreign('another site sent it')
  const { origin } = headers
  if (origin !== undefined && origin !== publicOrigin) return foreign('its Origin is another one')
  if (origin === undefined && (kind === 'write' || kind === 'upgrade')) return foreign('it has no Origin')
  return undefined
}

/** A body must be JSON, or what else a route takes: a form or a plain text, which any site can send, is refused. */
export function contentTypeProblem(
  method: string,
  headers: IncomingHttpHeaders,
  expected = 'application/json',
): Problem | undefined {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (method === 'GET' || method === 'HEAD' || (method === 'DELETE' && !hasBody)) return undefined
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() === expected) return undefined
  return { code: 'WO-4009', where: 'content-type', message: `The body must be ${expected}` }
}

const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value.trim() : '')

function foreign(why: string): Problem {
  return { code: 'WO-4006', message: `The request was refused because ${why}` }
}
