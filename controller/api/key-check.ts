/** Who may call the fleet API: the keys of this run, compared in constant time, and where a key may stand. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Name of the cookie that `/?key=…` sets. Cookies ignore ports, so the name must not collide with another program's. */
export const keyCookie = 'workshop_operator_key'

/** What of a request decides; `operator` is the address that a trusted proxy vouches for. */
export interface Credentials {
  readonly method: string
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
  readonly queryKey?: string | undefined
  readonly operator?: string | undefined
}

export interface Admission {
  /** Run key first; further bearers after it. */
  readonly keys: readonly string[]
  /** Lower-cased addresses, for use behind a proxy that sets identity headers. Empty: headers are not believed. */
  readonly operators: readonly string[]
}

/** How the caller proved itself, or undefined. Cookies and proxies are sent by browsers unasked: those need an Origin check. */
export function admittedBy(credentials: Credentials, { keys, operators }: Admission): 'key' | 'browser' | undefined {
  const bearer = /^bearer (.+)$/i.exec(credentials.authorization ?? '')?.[1]
  if (bearer !== undefined && isOneOf(bearer, keys)) return 'key'
  const { method, queryKey, operator } = credentials
  if (method === 'GET' && queryKey !== undefined && isOneOf(queryKey, keys)) return 'key'
  const cookie = cookieValue(credentials.cookie ?? '', keyCookie)
  if (cookie !== undefined && isOneOf(cookie, keys)) return 'browser'
  if (operator !== undefined && operators.includes(operator.trim().toLowerCase())) return 'browser'
  return undefined
}

/** True when `given` is one of `keys`; takes the same time wherever they differ. */
export function isOneOf(given: string, keys: readonly string[]): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  const wanted = hash(given)
  return keys.map((key) => timingSafeEqual(hash(key), wanted)).includes(true)
}

function cookieValue(header: string, name: string): string | undefined {
  const pair = header.split(';').find((each) => each.trim().startsWith(`${name}=`))
  return pair?.trim().slice(name.length + 1)
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * Is this `Host` header one of ours? Anything else is another site's name that was pointed here (DNS rebinding). A
 * configured name that begins with a dot stands for every name below it.
 */
export function isOurHost(host: string | undefined, configured: readonly string[]): boolean {
  const name = hostName(host ?? '')
  return [...loopback, ...configured.map((each) => each.toLowerCase())].some((ours) =>
    ours.startsWith('.') ? name.endsWith(ours) : name === ours,
  )
}

/** Does the page that sent this request live at the address it was sent to? Requests without Origin come from no page. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === (host ?? '').toLowerCase()
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
