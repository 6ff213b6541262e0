import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { ProxyDirectory } from '../app-host.ts'
import { createIngress, type Ingress } from './ingress.ts'
import { LogRing } from './log-ring.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** An app that says what it was asked, unless a test gives it something else to do. */
const echo: Handler = (request, response) => {
  response.setHeader('set-cookie', ['own=1; Path=/', 'emulator-app-session=stolen; Path=/'])
  response.end(JSON.stringify({ url: request.url, headers: request.headers }))
}

let door: Server
let app: Server
let sockets: WebSocketServer
let ingress: Ingress
let onRequest: Handler
let state: { port: number } | 'down'
const log = new LogRing(() => 1_700_000_000_500)

const people = [
  { email: 'ada@example.com', displayName: 'Ada <L>' },
  { email: 'bob@example.com', displayName: 'Bob' },
]
const directory: ProxyDirectory = {
  target: (name) => (name === 'hub' || name === 'w1' ? state : 'unknown'),
  mayUse: (_, principal) => principal !== 'bob@example.com',
  oauthPrincipal: (token) => (token === 'oauth-sp' ? '6f0d0c5e-1111-4222-8333-444455556666' : undefined),
  people: () => people,
  forwardedToken: (_, email) => (email === 'ada@example.com' ? 'token-of-ada' : undefined),
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
const hostOf = (name: string) => `${name}.apps.localhost:${portOf(door)}`

beforeEach(async () => {
  onRequest = echo
  app = createServer((request, response) => onRequest(request, response)).listen(0, '127.0.0.1')
  sockets = new WebSocketServer({ server: app })
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.send(JSON.stringify(request.headers))
  })
  await once(app, 'listening')
  state = { port: portOf(app) }
  ingress = createIngress(directory, {
    logs: { logs: () => log.lines, followLogs: (_, follower) => log.follow(follower) },
    workspaceId: '77',
  })
  door = createServer(ingress.handle).on('upgrade', ingress.upgrade).listen(0, '127.0.0.1')
  await once(door, 'listening')
})

afterEach(async () => {
  ingress.close()
  for (const client of sockets.clients) client.terminate()
  for (const server of [door, app]) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function send(
  path: string,
  headers: Record<string, string> = {},
  { app: name = 'hub', method = 'GET', body = '' } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const port = portOf(door)
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers: { host: hostOf(name), ...headers } })
    outgoing.on('error', reject).on('response', async (answer) => {
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

const browser = { accept: 'text/html,*/*;q=0.8' }
const cookiesIn = (answer: Answer) => (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')

async function signedIn(user: string): Promise<string> {
  const answer = await send('/__emulator/sign-in', {}, { method: 'POST', body: `user=${user}&next=/start` })
  expect(answer).toMatchObject({ status: 303, headers: { location: '/start' } })
  return cookiesIn(answer).join('; ')
}

describe('signing in', () => {
  it('leads a browser to a form on the same host that lists the people, and back', async () => {
    const first = await send('/tasks?x=1', browser)
    expect(first).toMatchObject({ status: 302, headers: { location: '/__emulator/sign-in?next=%2Ftasks%3Fx%3D1' } })
    const form = await send(first.headers.location ?? '', browser)
    expect(form.body).toContain('value="ada@example.com"')
    expect(form.body).toContain('Ada &#60;L&#62;')
    expect(form.body).toContain('name="next" value="/tasks?x=1"')
    const cookie = await signedIn('Ada@example.com')
    expect((await send('/start', { cookie })).status).toBe(200)
  })

  it('asks once for all apps: the second host gives its own cookie without a question', async () => {
    const both = (await signedIn('ada@example.com')).split('; ')
    const provider = both.find((cookie) => cookie.startsWith('emulator-sign-in=')) ?? ''
    const second = await send('/x', { ...browser, cookie: provider }, { app: 'w1' })
    expect(second).toMatchObject({ status: 302, headers: { location: '/x' } })
    const own = cookiesIn(second).join('; ')
    expect((await send('/x', { cookie: own }, { app: 'w1' })).status).toBe(200)
    expect((await send('/x', { cookie: own }, { app: 'hub' })).status).toBe(401)
  })

  it('answers 401 to everything that is no browser navigation', async () => {
    expect(await send('/x')).toMatchObject({ status: 401 })
    expect(await send('/x', { ...browser, 'sec-fetch-mode': 'cors' })).toMatchObject({ status: 401 })
    expect(await send('/x', browser, { method: 'POST' })).toMatchObject({ status: 401 })
  })

  it('signs out everywhere', async () => {
    const cookie = await signedIn('ada@example.com')
    await send('/__emulator/sign-out', { cookie })
    expect((await send('/x', { cookie })).status).toBe(401)
    expect((await send('/x', { ...browser, cookie }, { app: 'w1' })).headers.location).toMatch(/^\/__emulator\/sign-in/)
  })

  it.for(['//evil.example/', '/\\evil.example', 'https://evil.example', '/__emulator/sign-out', '/a/../__emulator/x'])(
    'does not lead elsewhere: %s',
    async (next) => {
      const body = new URLSearchParams({ user: 'ada@example.com', next }).toString()
      const answer = await send('/__emulator/sign-in', {}, { method: 'POST', body })
      expect(answer.headers.location).toBe('/')
    },
  )

  it('refuses a form from another site, forged cookies and addresses that are none', async () => {
    const form = { method: 'POST', body: 'user=ada@example.com' }
    expect((await send('/__emulator/sign-in', { origin: 'http://evil.example' }, form)).status).toBe(403)
    expect((await send('/__emulator/sign-in', {}, { method: 'POST', body: 'user=x' })).status).toBe(400)
    const cookie = (await signedIn('ada@example.com')).replaceAll(/\.[^;.]{4}/g, '.AAAA')
    expect((await send('/x', { cookie })).status).toBe(401)
  })
})

describe('passing requests on', () => {
  it('replaces forged identity headers by the seven of the platform and hides its own cookies', async () => {
    const cookie = await signedIn('ada@example.com')
    const forged = {
      'x-forwarded-email': 'root@example.com',
      'X-Forwarded-Groups': 'admins',
      x_forwarded_user: 'root',
      'x-real-ip': '6.6.6.6',
      'x-request-id': '1',
    }
    const answer = await send('/y?z=%20', { ...forged, cookie: `${cookie}; mine=2`, authorization: 'Bearer app-own' })
    const seen = JSON.parse(answer.body)
    expect(seen.url).toBe('/y?z=%20')
    expect(seen.headers).toMatchObject({
      host: hostOf('hub'),
      cookie: 'mine=2',
      authorization: 'Bearer app-own',
      'x-forwarded-host': hostOf('hub'),
      'x-forwarded-email': 'ada@example.com',
      'x-forwarded-preferred-username': 'Ada <L>',
      'x-forwarded-user': expect.stringMatching(/^\d+@77$/),
      'x-forwarded-access-token': 'token-of-ada',
      'x-real-ip': '127.0.0.1',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(Object.keys(seen.headers).filter((name) => /forwarded.(groups|for)|x_/.test(name))).toEqual([])
    expect(answer.headers['set-cookie']).toEqual(['own=1; Path=/'])
  })

  it('takes OAuth bearers below /api/ only, as the service principal, and no PATs', async () => {
    const bearer = { authorization: 'Bearer oauth-sp' }
    const seen = JSON.parse((await send('/api/health', bearer)).body).headers
    expect(seen).toMatchObject({ 'x-forwarded-email': '6f0d0c5e-1111-4222-8333-444455556666' })
    expect(seen.authorization).toBeUndefined()
    for (const path of ['/health', '/api', '/api/../health', '/api/%2e%2e/health', '//api/health']) {
      expect([path, (await send(path, bearer)).status]).toEqual([path, 401])
    }
    const pat = await send('/api/health', { authorization: 'Bearer dapi123' })
    expect(pat).toMatchObject({ status: 401, body: expect.stringContaining('unsupported type') })
  })

  it('refuses who may not use the app, a stopped app and hosts that name none', async () => {
    const bob = await signedIn('bob@example.com')
    expect(await send('/', { cookie: bob })).toMatchObject({ status: 403 })
    expect((await send('/', { cookie: bob, ...browser })).body).toContain('<h1>Permission Denied</h1>')
    const cookie = await signedIn('ada@example.com')
    state = 'down'
    expect((await send('/', { cookie })).status).toBe(503)
    state = { port: 1 }
    expect((await send('/', { cookie })).status).toBe(502)
    expect((await send('/', {}, { app: 'other' })).status).toBe(404)
    for (const host of ['hub.apps.localhost', 'hub.apps.localhost.evil.example', 'a.hub.apps.localhost', 'localhost']) {
      expect([host, (await send('/', { cookie, host })).status]).toEqual([host, 404])
    }
  })

  it('streams both ways without waiting', async () => {
    const cookie = await signedIn('ada@example.com')
    onRequest = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      request.on('data', (chunk) => response.write(`data: ${chunk}\n\n`)).on('end', () => response.end())
    }
    const headers = { host: hostOf('hub'), cookie }
    const outgoing = request({ host: '127.0.0.1', port: portOf(door), path: '/', method: 'POST', headers })
    outgoing.write('one')
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(String((await once(answer, 'data'))[0])).toBe('data: one\n\n')
    outgoing.end('two')
    expect(String((await once(answer, 'data'))[0])).toBe('data: two\n\n')
  })

  it('gives up after the limits of the platform: 504 before the first byte, a cut after it', async () => {
    const cookie = await signedIn('ada@example.com')
    ingress.configure({ requestLimitMs: 50, streamLimitMs: 50 })
    onRequest = () => undefined
    expect((await send('/', { cookie })).status).toBe(504)
    onRequest = (_, response) => void response.writeHead(200).write('some')
    await expect(send('/', { cookie })).rejects.toThrow(/aborted|socket hang up/)
  })

  it('can hold event streams back to their end', async () => {
    const cookie = await signedIn('ada@example.com')
    expect(ingress.configure({ bufferSse: true, nonsense: 1, requestLimitMs: 'x' })).toEqual([
      'nonsense',
      'requestLimitMs',
    ])
    let headersCame = false
    onRequest = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      setTimeout(() => {
        expect(headersCame).toBe(false)
        response.end('data: 2\n\n')
      }, 60)
    }
    const outgoing = request({ host: '127.0.0.1', port: portOf(door), headers: { host: hostOf('hub'), cookie } }).end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    headersCame = true
    let body = ''
    for await (const chunk of answer) body += chunk
    expect(body).toBe('data: 1\n\ndata: 2\n\n')
  })
})

const open = (path: string, headers: Record<string, string>, name = 'hub') =>
  new WebSocket(`ws://127.0.0.1:${portOf(door)}${path}`, { headers: { host: hostOf(name), ...headers } })

async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  answer.resume()
  return answer.statusCode
}

describe('passing WebSockets on', () => {
  it('joins the two sides, in order and unharmed, with the identity headers on the handshake', async () => {
    const socket = open('/pty', { cookie: await signedIn('ada@example.com'), 'x-forwarded-email': 'root@example.com' })
    const [hello] = await once(socket, 'message')
    expect(JSON.parse(String(hello))).toMatchObject({ 'x-forwarded-email': 'ada@example.com', upgrade: 'websocket' })
    const blocks = Array.from({ length: 200 }, (_, index) => Buffer.alloc(20_000, index))
    const echoed: Buffer[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data) => echoed.push(data as Buffer) === blocks.length && resolve())
    })
    for (const block of blocks) socket.send(block)
    await all
    expect(Buffer.concat(echoed).equals(Buffer.concat(blocks))).toBe(true)
    const [side] = sockets.clients
    side?.close(4000, 'bye')
    const [code, reason] = await once(socket, 'close')
    expect([code, String(reason)]).toEqual([4000, 'bye'])
  })

  it('refuses without sign-in, without permission, when stopped and when told that the network has none', async () => {
    expect(await refusal(open('/pty', {}))).toBe(401)
    expect(await refusal(open('/pty', { cookie: await signedIn('bob@example.com') }))).toBe(403)
    const cookie = await signedIn('ada@example.com')
    expect(await refusal(open('/pty', { cookie }, 'other'))).toBe(404)
    ingress.configure({ refuseWebSockets: true })
    expect(await refusal(open('/pty', { cookie }))).toBe(400)
    ingress.configure({ refuseWebSockets: false })
    state = 'down'
    expect(await refusal(open('/pty', { cookie }))).toBe(503)
    state = { port: 1 }
    expect(await refusal(open('/pty', { cookie }))).toBe(502)
  })

  it("passes on the app's own refusal and then ends the connection, so that nothing can follow unchecked", async () => {
    sockets.options.verifyClient = (_info: unknown, done: (ok: boolean, code: number, text: string) => void) =>
      done(false, 418, 'no tea')
    const cookie = await signedIn('ada@example.com')
    const raw = connect(portOf(door), '127.0.0.1')
    const handshake = `Host: ${hostOf('hub')}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket`
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13'
    const second = 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n'
    raw.write(`GET /pty HTTP/1.1\r\n${handshake}\r\n${key}\r\n\r\n${second}`)
    let seen = ''
    for await (const chunk of raw) seen += chunk
    expect(seen).toMatch(/^HTTP\/1.1 418 .*\r\n/)
    expect(seen).not.toContain('second')
  })

  it('cuts idle connections when told to, and all of an app at once', async () => {
    const cookie = await signedIn('ada@example.com')
    const socket = open('/pty', { cookie })
    await once(socket, 'message')
    expect(ingress.cutWebSockets('w1')).toBe(0)
    expect(ingress.cutWebSockets('hub')).toBe(1)
    expect((await once(socket, 'close'))[0]).toBe(1006)
    const idle = open('/pty', { cookie })
    await once(idle, 'message')
    ingress.configure({ webSocketIdleMs: 1 })
    expect((await once(idle, 'close'))[0]).toBe(1006)
  })
})

describe('the log', () => {
  it('is a page and a stream that sends what matches the first frame, then what is new', async () => {
    log.clear()
    log.add('APP', 'apple one')
    log.add('APP', 'pear')
    const cookie = await signedIn('ada@example.com')
    expect((await send('/logz', { cookie })).body).toContain('Logs of hub')
    const socket = open('/logz/stream', { cookie })
    await once(socket, 'open')
    socket.send('Apple')
    const first = JSON.parse(String((await once(socket, 'message'))[0]))
    expect(first).toEqual({ source: 'APP', timestamp: 1_700_000_000.5, message: 'apple one' })
    log.add('APP', 'plum')
    log.add('SYSTEM', 'apple two')
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({
      source: 'SYSTEM',
      message: 'apple two',
    })
    socket.close()
    await once(socket, 'close')
  })

  it('says by close code who may not read, and takes OAuth bearers', async () => {
    expect((await once(open('/logz/stream', {}), 'close'))[0]).toBe(4401)
    expect((await once(open('/logz/stream', { cookie: await signedIn('bob@example.com') }), 'close'))[0]).toBe(4403)
    const socket = open('/logz/stream', { authorization: 'Bearer oauth-sp', origin: `http://${hostOf('hub')}` })
    await once(socket, 'open')
    socket.terminate()
    expect(await refusal(open('/logz/stream', { origin: 'http://evil.example' }))).toBe(403)
  })
})
