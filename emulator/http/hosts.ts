/** Which requests may reach what, by Host header and peer: the guard against rebinding and pages of other origins. Pure. */
import type { IncomingHttpHeaders } from 'node:http'

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

/** The host name of a Host header, without its port and in lower case. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '')
}

/** True for names that mean this machine, the only ones under which the APIs answer. */
export const isLoopbackHost = (host: string | undefined) => loopbackNames.includes(hostName(host))

/** True for `<app>.apps.localhost`. */
export const isAppHost = (host: string | undefined) => hostName(host).endsWith('.apps.localhost')

/** The control API obeys loopback peers only, and no page of another origin (an app's page runs in the same browser). */
export function mayControl(headers: IncomingHttpHeaders, remoteAddress: string | undefined): boolean {
  const peer = (remoteAddress ?? '').replace(/^::ffff:/, '')
  const local = peer === '::1' || peer.startsWith('127.')
  const { origin } = headers
  return local && isLoopbackHost(headers.host) && (origin === undefined || origin === `http://${headers.host}`)
}
