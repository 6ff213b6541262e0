/** What a request is about, read from its line and headers. */
import type { FastifyRequest } from 'fastify'

/** Path of a request URL, without query. */
export function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}

/**
 * What the gate judges: the pattern of the route that will answer, because the router decodes what the text of the
 * address hides (`/%61pi/…`, `http://host/api/…`). Without a route of its own, the path as sent.
 */
export function routedPath({ routeOptions, url }: FastifyRequest): string {
  const route = routeOptions.url
  return route === undefined || route === '/*' ? pathOf(url) : route
}

/** True when a browser wants a page rather than data. */
export function isNavigation({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !pathOf(url).startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}
