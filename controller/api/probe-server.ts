/** Metrics and probes on addresses of their own, as controllers in a cluster have them: no key, nothing else is served there. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WorkshopError } from '@workshop/contracts/errors'
import type { Controller } from '../loop/controller.ts'

export interface BindAddress {
  /** Empty: every interface. */
  readonly host: string
  readonly port: number
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`; `0` is nowhere. Throws WO-9001. */
export function parseBindAddress(text: string, flag: string): BindAddress | undefined {
  if (text === '0' || text === '') return undefined
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits !== '' && port <= 65_535) return { host: bracketed ?? plain, port }
  const fix = 'write :8080, 127.0.0.1:8080 or 0 for none'
  throw new WorkshopError({ code: 'WO-9001', message: `${flag} ${text} is no address`, fix })
}

type Answer = { readonly status: number; readonly type: string; readonly text: string }
type Read = (path: string, query: URLSearchParams) => Promise<Answer> | Answer

export interface ProbeServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/** /metrics in Prometheus' text format. */
export function serveMetrics(address: BindAddress, controller: Pick<Controller, 'metrics'>): Promise<ProbeServer> {
  const type = 'text/plain; version=0.0.4; charset=utf-8'
  return listen(address, async (path) =>
    path === '/metrics' ? { status: 200, type, text: await controller.metrics() } : notFound,
  )
}

/**
 * /healthz says that this process answers, and depends on nothing else: a restart mends neither an API server nor
 * Databricks. /readyz sums up the checks, each of which has its own path; `?exclude=NAME` and `?verbose` as elsewhere.
 */
export function serveProbes(address: BindAddress, controller: Pick<Controller, 'health'>): Promise<ProbeServer> {
  return listen(address, (path, query) => {
    const [, root = '', name] = path.split('/')
    const all = root === 'readyz' ? controller.health() : root === 'healthz' || root === 'livez' ? alive : undefined
    const asked = all?.filter((check) => !query.getAll('exclude').includes(check.name))
    const own = name ? asked?.filter((check) => check.name === name) : asked
    return own === undefined || (name && own.length === 0) ? notFound : verdict(root, own, query.has('verbose'))
  })
}

/** That it answers is the whole check. */
const alive: ReturnType<Controller['health']> = [{ name: 'ping', ok: true, message: '' }]
const notFound: Answer = { status: 404, type: 'text/plain', text: 'not found\n' }

function verdict(root: string, checks: ReturnType<Controller['health']>, isVerbose: boolean): Answer {
  const ok = checks.every((check) => check.ok)
  const lines = checks.map(({ name, ok: isGood, message, note }) => {
    if (!isGood) return `[-]${name} failed: ${message}`
    return `[+]${name} ok${note === undefined ? '' : `: ${note}`}`
  })
  const text = isVerbose || !ok ? [...lines, `${root} check ${ok ? 'passed' : 'failed'}`, ''].join('\n') : 'ok'
  return { status: ok ? 200 : 503, type: 'text/plain; charset=utf-8', text }
}

function listen({ host, port }: BindAddress, read: Read): Promise<ProbeServer> {
  const server: Server = createServer((request, response) => {
    // Not parsed as a URL, which may throw: whoever reaches the port must not end the controller with `GET //`.
    const [path = '', query] = (request.url ?? '/').split('?', 2)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    Promise.resolve(isRead ? read(path, new URLSearchParams(query)) : notFound)
      .catch((): Answer => ({ status: 500, type: 'text/plain', text: 'failed\n' }))
      .then(({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text))
  })
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE'
      const where = `${host}:${port}`
      reject(
        isTaken ? new WorkshopError({ code: 'WO-9002', message: 'the address is taken', where }, { cause }) : cause,
      )
    })
    server.listen(port, host === '' ? undefined : host, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => {
          server.closeAllConnections()
          return new Promise((done) => server.close(() => done()))
        },
      }),
    )
  })
}
