/**
 * `localhost` and every name under it are this machine (RFC 6761). Browsers know that; Node asks the resolver, which
 * may not. So our own HTTP clients answer such names themselves.
 */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'

/** True for `localhost`, `*.localhost`, 127.0.0.0/8 and `[::1]`. */
export function isLoopbackName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(name) || name === '[::1]'
}

/** For `http.request({ lookup })`: loopback names are 127.0.0.1, all others go to the resolver. */
export const lookupWithLoopback: LookupFunction = (host, options, done) => {
  if (!isLoopbackName(host)) return dns.lookup(host, options, done)
  if (options.all) return done(null, [{ address: '127.0.0.1', family: 4 }])
  return done(null, '127.0.0.1', 4)
}
