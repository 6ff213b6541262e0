/** A door with two apps behind it, for the tests of the ingress: everything real except who may do what. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import type { ProxyDirectory } from '../app-host.ts'
import { createIngress, type Ingress } from './ingress.ts'
import { LogRing } from './log-ring.ts'

export type AppHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface SendOptions {
  readonly app?: string
  readonly method?: string
  readonly body?: string
}

/** An app that says what it was asked, unless a test gives it something else to do. */
const echo: AppHandler = (request, response) => {
  response.setHeader('set-cookie', ['own=1; Path=/', 'emulator-app-session=stolen; Path=/'])
  response.end(JSON.stringify({ url: request.url, headers: request.headers }))
}

/** ada may use everything, bob nothing; `oauth-sp` is the only bearer that is known. */
function directoryOf(target: () => { port: number } | 'down'): ProxyDirectory {
  return {
    target: (name) => (name === 'hub' || name === 'w1' ? target() : 'unknown'),
    mayUse: (_, principal) => principal !== 'bob@example.com',
    oauthPrincipal: (token) => (token === 'oauth-sp' ? '6f0d0c5e-1111-4222-8333-444455556666' : undefined),
    people: () => [
      { email: 'ada@example.com', displayName: 'Ada <L>' },
      { email: 'bob@example.com', displayName: 'Bob' },
    ],
    forwardedToken: (_, email) => (email === 'ada@example.com' ? 'token-of-ada' : undefined),
  }
}

export class Door {
  readonly log = new LogRing(() => 1_700_000_000_500)
  readonly ingress: Ingress
  readonly sockets: WebSocketServer
  onRequest: AppHandler = echo
  state: { port: number } | 'down' = 'down'
  readonly #door: Server
  readonly #app: Server

  constructor() {
    this.#app = createServer((request, response) => this.onRequest(request, response))
    this.sockets = new WebSocketServer({ server: this.#app })
    this.sockets.on('connection', (socket, request) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
      socket.send(JSON.stringify(request.headers))
    })
    this.ingress = createIngress(
      directoryOf(() => this.state),
      {
        logs: { logs: () => this.log.lines, followLogs: (_, follower) => this.log.follow(follower) },
        workspaceId: '77',
      },
    )
    this.#door = createServer(this.ingress.handle).on('upgrade', this.ingress.upgrade)
  }

  async open(): Promise<this> {
    for (const server of [this.#app, this.#door]) await once(server.listen(0, '127.0.0.1'), 'listening')
    this.state = { port: (this.#app.address() as AddressInfo).port }
    return this
  }

  async close(): Promise<void> {
    this.ingress.close()
    for (const client of this.sockets.clients) client.terminate()
    for (const server of [this.#door, this.#app]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  get port(): number {
    return (this.#door.address() as AddressInfo).port
  }

  hostOf(name: string): string {
    return `${name}.apps.localhost:${this.port}`
  }

  /** One request to an app's host, by default GET to the hub. */
  send(path: string, headers: Record<string, string> = {}, options: SendOptions = {}): Promise<Answer> {
    const { app = 'hub', method = 'GET', body = '' } = options
    const to = { host: '127.0.0.1', port: this.port, path, method, headers: { host: this.hostOf(app), ...headers } }
    return new Promise((resolve, reject) => {
      const outgoing = request(to).on('error', reject)
      outgoing.on('response', async (answer) => {
        let text = ''
        try {
          for await (const chunk of answer) text += chunk
        } catch (error) {
          reject(error)
        }
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
      })
      outgoing.end(body)
    })
  }

  socket(path: string, headers: Record<string, string>, name = 'hub'): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${this.port}${path}`, { headers: { host: this.hostOf(name), ...headers } })
  }

  /** The Cookie header of somebody who has just signed in at the hub. */
  async signedIn(user: string): Promise<string> {
    const answer = await this.send('/__emulator/sign-in', {}, { method: 'POST', body: `user=${user}&next=/start` })
    return cookiesIn(answer).join('; ')
  }
}

/** `name=value` of each Set-Cookie. */
export const cookiesIn = (answer: Answer) =>
  (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')

/** The HTTP status with which a WebSocket was refused. */
export async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  answer.resume()
  return answer.statusCode
}
