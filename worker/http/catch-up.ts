/** A redirect says which roster its sender went by; a worker that is behind reads the fleet file before it judges. */
import type { FastifyRequest } from 'fastify'
import type { AppContext } from './context.ts'

/** Reads the fleet file when the request carries a later version than the one in hand. Only for the proxy's requests. */
export async function catchUp({ fleet, isProxy }: AppContext, request: FastifyRequest): Promise<void> {
  const version = fleetVersionOf(request.url)
  if (version !== undefined && isProxy(request.raw.socket)) await fleet.atLeast(version)
}

/** The `fleet` of `/?fleet=12`; undefined when there is none or it is no number. */
export function fleetVersionOf(url: string): number | undefined {
  const query = url.split('?')[1]
  const text = query === undefined ? null : new URLSearchParams(query).get('fleet')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
