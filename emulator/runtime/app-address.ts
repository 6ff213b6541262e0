/** What a request to an app's host asks for: pure readings of host, path and headers. */

import type { IncomingHttpHeaders } from 'node:http'

/** All apps live below this host; browsers resolve every name under localhost to loopback. */
export const appsDomain = 'apps.localhost'

/**
 * The app that a Host header names, or undefined. Strict: one lower-case label below apps.localhost and the very port
 * of the listener, so that a page of another site cannot reach an app by a name of its own (DNS rebinding).
 */
export function appOfHost(host: string | undefined, port: number | undefined): string | undefined {
  const match = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.apps\.localhost(?::(\d{1,5}))?$/.exec(host ?? '')
  return match !== null && Number(match[2] ?? 80) === port ? match[1] : undefined
}

/** The path of a request target without query, dots resolved; undefined unless it is in origin form. */
export function pathOf(target: string | undefined): string | undefined {
  if (target === undefined || !target.startsWith('/')) return undefined
  // Two leading slashes would be read as a host.
  const url = URL.parse(`http://app${target.replace(/^\/+/, '/')}`)
  return url?.pathname
}

/** True where the platform looks at bearer tokens; dot segments must not lead out of /api/. */
export function takesBearer(target: string | undefined): boolean {
  return (target ?? '').startsWith('/api/') && (pathOf(target) ?? '').startsWith('/api/')
}

/** Where to go after sign-in: a path of the same host, or `/`. */
export function safeNext(next: string | null | undefined): string {
  if (next === null || next === undefined || !/^\/(?![/\\])/.test(next)) return '/'
  const url = URL.parse(next, 'http://app')
  if (url === null || url.origin !== 'http://app' || url.pathname.startsWith('/__emulator/')) return '/'
  return url.pathname + url.search
}

/** True when a person opens a page; everything else gets 401 instead of a redirect to a sign-in page. */
export function isNavigation(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const mode = headers['sec-fetch-mode']
  return wantsHtml(headers) && (mode === undefined || mode === 'navigate')
}

/** True when an error should be a page. */
export function wantsHtml(headers: IncomingHttpHeaders): boolean {
  return /\btext\/html\b/.test(headers.accept ?? '')
}

/** The token of an Authorization header of the Bearer kind. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1]
}
