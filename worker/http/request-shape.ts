/** What a request is about, read from its line and headers. */
import type { FastifyRequest } from 'fastify'

/** Path of a request URL, without query. */
export function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}

/** True when a browser wants a page rather than data. */
export function isNavigation({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !pathOf(url).startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}
