/** Raw HTTP for contract tests: no client library between the test and the wire. */
import { request } from 'node:http'
import { readJson } from '../http/json.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server.ts'
import { type IdleAppHost, idleAppHost } from './idle-app-host.ts'

/** An answer; `json` is undefined when the body is not JSON. Ids above 2^53 are bigint. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any
}

export interface SendOptions {
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown
  /** Bearer token; `null` sends none. Default: the admin's. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

export const adminToken = 'dapi-test'

/** An emulator under test with its idle app host. */
export interface Bench {
  readonly emulator: Emulator
  readonly host: IdleAppHost
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Reply>
  readonly get: (path: string, options?: SendOptions) => Promise<Reply>
  readonly post: (path: string, body?: unknown, options?: SendOptions) => Promise<Reply>
  /** A fresh personal token of a user, made by the emulator itself. */
  readonly tokenOf: (userName: string) => string
  /** Asks until `done` says so; at most 5 s. */
  readonly until: (path: string, done: (reply: Reply) => boolean) => Promise<Reply>
  readonly close: () => Promise<void>
}

export const people = [
  { email: 'ann@example.org', displayName: 'Ann Archer' },
  { email: 'bob@example.org', displayName: 'Bob Baker', groups: ['builders'] },
]

export async function startBench(options: Partial<EmulatorOptions> = {}): Promise<Bench> {
  const host = idleAppHost()
  const emulator = await startEmulator({ token: adminToken, users: people, appHost: host, ...options })
  const sendTo = (method: string, path: string, sent: SendOptions = {}) => send(emulator.port, method, path, sent)
  return {
    emulator,
    host,
    send: sendTo,
    get: (path, sent) => sendTo('GET', path, sent),
    post: (path, body, sent) => sendTo('POST', path, { body, ...sent }),
    tokenOf: (userName) => {
      const owner = emulator.workspace.principals.named(userName)
      if (!owner) throw new Error(`nobody is called ${userName}`)
      return emulator.workspace.credentials.issuePersonal({ owner }).value
    },
    until: async (path, done) => {
      for (let attempt = 0; attempt < 250; attempt++) {
        const reply = await sendTo('GET', path)
        if (done(reply)) return reply
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`${path} did not get there in 5 s`)
    },
    close: emulator.close,
  }
}

function send(port: number, method: string, path: string, options: SendOptions): Promise<Reply> {
  const { body, token = adminToken } = options
  const bytes =
    body === undefined
      ? undefined
      : typeof body === 'string' || body instanceof Uint8Array
        ? Buffer.from(body as string)
        : Buffer.from(JSON.stringify(body))
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) })
      })
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}

function parsed(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}
