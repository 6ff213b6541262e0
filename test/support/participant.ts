/** A participant without a browser: signs in through the form, follows the hub to the worker, opens terminals. */
import { request } from 'node:http'
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { encodeClient } from '@workshop/contracts/terminal-encode'
import { terminalProtocol } from '@workshop/contracts/terminal-protocol'
import type { CreateSession, SessionInfo } from '@workshop/contracts/worker-api'
import { WebSocket } from 'ws'

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly body: string
}

interface Ask {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Keeps cookies as a browser does for `*.apps.localhost`: by host, and those of the shared parent for all. */
export class Participant {
  readonly email: string
  readonly #cookies = new Map<string, Map<string, string>>()

  constructor(email: string) {
    this.email = email
  }

  /** From the workshop's address to the own worker; returns the worker's origin. Signs in where asked. */
  async enter(workshopUrl: string): Promise<string> {
    let url = new URL(workshopUrl)
    for (let hop = 0; hop < 12; hop++) {
      const answer = await this.ask(url)
      if (answer.location) url = new URL(answer.location, url)
      else if (answer.status === 200 && /<form/i.test(answer.body) && /name="user"/.test(answer.body))
        url = await this.#signIn(url, answer.body)
      else if (answer.status === 200) return url.origin
      else throw new Error(`${url.href} answered ${answer.status}: ${answer.body.slice(0, 300)}`)
    }
    throw new Error(`too many redirects from ${workshopUrl}`)
  }

  async #signIn(page: URL, html: string): Promise<URL> {
    const target = new URL(/<form[^>]*action="([^"]*)"/i.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? page.href, page)
    const hidden = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/gi)].map(([tag]) => [
      attribute(tag, 'name'),
      attribute(tag, 'value'),
    ])
    const body = new URLSearchParams([...hidden, ['user', this.email]] as string[][]).toString()
    const answer = await this.ask(target, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    if (!answer.location) throw new Error(`sign-in answered ${answer.status}: ${answer.body.slice(0, 300)}`)
    return new URL(answer.location, target)
  }

  /** One request to the loopback address, with this person's cookies for that host. */
  ask(url: URL, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: url.port,
          path: url.pathname + url.search,
          method,
          headers: { host: url.host, accept: 'text/html,application/json', ...this.cookieHeader(url), ...headers },
        },
        (incoming) => {
          this.#remember(url, incoming.headers['set-cookie'] ?? [])
          let text = ''
          incoming.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location, body: text }),
          )
        },
      )
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }

  cookieHeader(url: URL): Record<string, string> {
    const jar = new Map([...(this.#cookies.get('apps.localhost') ?? []), ...(this.#cookies.get(url.hostname) ?? [])])
    return jar.size === 0 ? {} : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  #remember(url: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const domain = attributes
        .find((part) => /^domain=/i.test(part))
        ?.slice('domain='.length)
        .replace(/^\./, '')
      const host = domain ?? url.hostname
      const jar = this.#cookies.get(host) ?? new Map<string, string>()
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
      this.#cookies.set(host, jar)
    }
  }

  /** JSON to and from the worker, as its page sends it. Throws with the error body on refusal. */
  async api<Result>(worker: string, method: string, path: string, body?: unknown): Promise<Result> {
    const headers = { accept: 'application/json', 'content-type': 'application/json', origin: worker }
    const answer = await this.ask(new URL(path, worker), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`)
    return (answer.body ? JSON.parse(answer.body) : undefined) as Result
  }

  newSession(worker: string, wish: CreateSession): Promise<SessionInfo> {
    return this.api(worker, 'POST', '/api/sessions', wish)
  }

  /** Attaches to a session; rejects with the status when refused. */
  async terminal(worker: string, session: string, size = { cols: 100, rows: 30 }) {
    const url = new URL(`/api/sessions/${session}/terminal`, worker)
    const headers = { host: url.host, origin: worker, ...this.cookieHeader(url) }
    const socket = new WebSocket(`ws://127.0.0.1:${url.port}${url.pathname}`, terminalProtocol, { headers })
    let text = ''
    let typed = 0
    const looks = new Set<() => void>()
    socket.on('message', (data: Buffer) => {
      const frame = decodeServer(data)
      if (frame.type === 'output' || frame.type === 'replay') text += Buffer.from(frame.data).toString('utf8')
      if (frame.type === 'output') socket.send(encodeClient({ type: 'ack', offset: frame.offset + frame.data.length }))
      for (const look of looks) look()
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
      socket.once('unexpected-response', (_request, answer) => reject(new Error(`refused with ${answer.statusCode}`)))
    })
    const hello = {
      session,
      client: `test-${this.email}`,
      inSeq: 0,
      ...size,
      visible: true,
      role: 'control',
      window: 262_144,
    } as const
    socket.send(encodeClient({ type: 'hello', hello }))
    return {
      text: () => text,
      type: (line: string) => {
        const data = Buffer.from(line)
        socket.send(encodeClient({ type: 'input', inSeq: typed, data }))
        typed += data.length
      },
      /** Resolves once the output matches; rejects with what was seen after `withinMs`. */
      see: (pattern: RegExp, withinMs = 60_000) =>
        new Promise<RegExpExecArray>((resolve, reject) => {
          const timer = setTimeout(() => {
            looks.delete(look)
            reject(new Error(`not seen: ${pattern}; seen:\n${text.slice(-2000)}`))
          }, withinMs)
          const look = () => {
            const found = pattern.exec(text)
            if (!found) return
            clearTimeout(timer)
            looks.delete(look)
            resolve(found)
          }
          looks.add(look)
          look()
        }),
      close: () =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve())
          socket.close()
        }),
    }
  }
}

function attribute(tag: string, name: string): string {
  return new RegExp(`${name}="([^"]*)"`, 'i').exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? ''
}
