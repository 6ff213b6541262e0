/**
 * The road between a controller and the real API server, for tests that spoil it. Two layers: connections can be
 * refused, reset, or left open with nothing coming through (a black hole), and single requests can be answered wrongly.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { ControlPlane } from './control-plane.ts'

export interface Travelled {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly isWatch: boolean
  readonly authorization: string
  /** What the client got; undefined while it got nothing. */
  status?: number
}

/** A wrong answer, or none at all, for requests that it matches; undefined lets one pass. */
export type Fault = (
  seen: Travelled,
) =>
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | 'silence'
  | undefined

export interface BadRoad {
  /** A kubeconfig that leads along this road. */
  readonly kubeconfig: string
  readonly url: string
  /** Requests, oldest first. */
  readonly seen: Travelled[]
  /** In force until cleared. */
  fault: Fault | undefined
  /** Connections are refused from now on, and those that stand are reset. */
  readonly close: () => Promise<void>
  readonly open: () => Promise<void>
  /** Resets what stands; what comes is let through. */
  readonly reset: () => void
  /** Nothing comes through any more, and nobody is told: on connections that stand, or on new ones too. */
  readonly swallow: (which: 'standing' | 'all') => void
  /** Connections that were swallowed stay so; new ones come through. */
  readonly clear: () => void
  readonly stop: () => Promise<void>
}

export async function openRoad(plane: ControlPlane, token = plane.adminToken): Promise<BadRoad> {
  const seen: Travelled[] = []
  const inner = createServer({ cert: plane.ca, key: plane.key }, (incoming, answer) => travel(incoming, answer))
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  const innerPort = (inner.address() as AddressInfo).port
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>()
  let isSwallowing = false
  let port = 0
  let door: net.Server | undefined

  const travel = (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = incoming
    const { pathname, searchParams } = new URL(url, plane.url)
    const isWatch = searchParams.get('watch') === 'true'
    const authorization = headers.authorization ?? ''
    const one: Travelled = { at: performance.now(), method, path: pathname, isWatch, authorization }
    seen.push(one)
    const fault = road.fault?.(one)
    if (fault === 'silence') return
    if (fault) {
      one.status = fault.status
      incoming.resume()
      answer.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      answer.end(JSON.stringify(fault.body ?? statusBody(fault.status)))
      return
    }
    const onward = request({
      host: '127.0.0.1',
      port: plane.port,
      ca: plane.ca,
      method,
      path: url,
      headers,
      agent: false,
    })
    onward.on('response', (response) => {
      one.status = response.statusCode ?? 0
      answer.writeHead(one.status, response.headers)
      answer.flushHeaders()
      response.pipe(answer)
      response.on('error', () => answer.destroy())
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  const arrive = (near: Socket) => {
    const far = net.connect(innerPort, '127.0.0.1')
    const pair = { near, far }
    pairs.add(pair)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.on('close', () => {
      pairs.delete(pair)
      far.destroy()
    })
    far.on('close', () => near.destroy())
    if (isSwallowing) return void near.resume()
    near.pipe(far)
    far.pipe(near)
  }
  const swallow = ({ near, far }: { readonly near: Socket; readonly far: Socket }) => {
    near.unpipe(far)
    far.unpipe(near)
    // What comes is read and lost, as in a network that drops packets.
    near.resume()
    far.resume()
    far.removeAllListeners('close')
  }
  const reset = () => {
    for (const { near } of pairs) near.resetAndDestroy()
  }
  const open = () =>
    new Promise<void>((resolve) => {
      const server = net.createServer(arrive)
      door = server
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port
        resolve()
      })
    })
  const close = async () => {
    reset()
    const server = door
    door = undefined
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  await open()
  const url = `https://127.0.0.1:${port}`
  const road: BadRoad = {
    kubeconfig: await plane.kubeconfigFor(token, url),
    url,
    seen,
    fault: undefined,
    open,
    close,
    reset,
    swallow: (which) => {
      isSwallowing = which === 'all'
      for (const pair of pairs) swallow(pair)
    },
    clear: () => {
      isSwallowing = false
      road.fault = undefined
    },
    stop: async () => {
      await close()
      inner.closeAllConnections()
      await new Promise((resolve) => inner.close(resolve))
    },
  }
  return road
}

/** The same kubeconfig with the token in a file of its own, as pods have it. */
export async function withTokenFile(kubeconfig: string, tokenFile: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8'))
  return JSON.stringify({ ...config, users: [{ name: 'test', user: { tokenFile } }] })
}

/** What an API server says with a status. */
function statusBody(code: number) {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    410: 'Expired',
    429: 'TooManyRequests',
  }
  const reason = reasons[code] ?? 'InternalError'
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `spoiled: ${reason}` }
}
