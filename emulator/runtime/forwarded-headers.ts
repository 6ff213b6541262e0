/** Headers on their way through the proxy. Flat lists `[name, value, name, value …]`, so that duplicates survive. */

import { createHash } from 'node:crypto'
import { isOwnCookie, withoutOwnCookies } from './identity-session.ts'

/** Who asks, as the proxy knows it. */
export interface Identity {
  /** E-mail address, or the application id of a service principal. */
  readonly principal: string
  readonly displayName: string
  readonly accessToken: string | undefined
  /** True when the Authorization header was taken as the proof; it then goes no further. */
  readonly isBearer: boolean
}

const hopByHop =
  /^(connection|keep-alive|proxy-connection|proxy-authenticate|proxy-authorization|te|trailer|transfer-encoding|upgrade|expect)$/i
/** With underscores too: some servers read both spellings as one. */
const identityHeader = /^(x[-_]forwarded[-_].*|x[-_]real[-_]ip|x[-_]request[-_]id|forwarded)$/i

export interface ForwardedRequest {
  readonly rawHeaders: readonly string[]
  readonly identity: Identity
  readonly remoteAddress: string
  readonly requestId: string
  /** The workspace id, which is part of X-Forwarded-User. */
  readonly workspaceId: string
}

/** Request headers for the app: the client's without hop-by-hop and forged ones, plus the platform's seven. */
export function headersToApp(request: ForwardedRequest): string[] {
  const { identity } = request
  const headers: string[] = []
  let host = ''
  for (const [name, value] of pairs(request.rawHeaders)) {
    const lower = name.toLowerCase()
    if (lower === 'host') host = value
    // A body without length stays framed as chunks, or what follows it would be read as the next request.
    if (lower === 'transfer-encoding') headers.push('Transfer-Encoding', 'chunked')
    if (hopByHop.test(name) || identityHeader.test(name)) continue
    if (lower === 'authorization' && identity.isBearer) continue
    const kept = lower === 'cookie' ? withoutOwnCookies(value) : value
    if (kept !== undefined) headers.push(name, kept)
  }
  headers.push('X-Forwarded-Host', host)
  headers.push('X-Forwarded-Preferred-Username', bytesOf(identity.displayName))
  headers.push('X-Forwarded-User', userIdentifier(identity.principal, request.workspaceId))
  headers.push('X-Forwarded-Email', bytesOf(identity.principal))
  if (identity.accessToken !== undefined) headers.push('X-Forwarded-Access-Token', identity.accessToken)
  headers.push('X-Real-Ip', request.remoteAddress, 'X-Request-Id', request.requestId)
  return headers
}

/** Text as UTF-8 in a header: Node takes one character for one byte and throws on any above 255. */
function bytesOf(text: string): string {
  return Buffer.from(text.replace(/\p{Cc}/gu, ' '), 'utf8').toString('latin1')
}

/** Response headers for the client, without hop-by-hop ones and without cookies that would replace the proxy's. */
export function headersFromApp(rawHeaders: readonly string[]): string[] {
  return pairs(rawHeaders).flatMap(([name, value]) =>
    hopByHop.test(name) || (name.toLowerCase() === 'set-cookie' && isOwnCookie(value)) ? [] : [name, value],
  )
}

/** `<number>@<workspace>`: the platform promises no format, so this one is of no use to whoever parses it. */
function userIdentifier(principal: string, workspaceId: string): string {
  const digest = createHash('sha256').update(principal).digest()
  return `${digest.readBigUInt64BE() % 10n ** 16n}@${workspaceId}`
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return list
}
