/** What a session's process may try on the gateway with keys that do not count and with connections it drops. */
import { createServer, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Gateway } from './gateway.ts'
import { createGateway } from './server.ts'

const email = 'ada@example.com'
let gateway: Gateway
let key: string
let log: unknown[]
let calls: number
let answer: (response: ServerResponse) => void
const upstream = () =>
  createServer((incoming, response) => {
    calls += 1
    incoming.resume()
    answer(response)
  })
let server: ReturnType<typeof upstream>

beforeEach(async () => {
  log = []
  calls = 0
  answer = (response) => response.end('{}')
  server = upstream()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  gateway = await createGateway({
    workspaceUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    modelToken: () => 'model-token',
    userToken: () => 'user-token',
    models: () => ({ claude: 'databricks-claude-opus-4-6' }),
    log: (entry) => log.push(entry),
  })
  key = gateway.issueKey({ sessionId: 'session-a', email })
})
afterEach(async () => {
  await gateway.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const get = (path: string, presented?: string) =>
  fetch(gateway.url + path, { headers: presented ? { authorization: `Bearer ${presented}` } : {} })
const ask = (presented: string) =>
  fetch(`${gateway.url}/anthropic/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': presented },
    body: '{"model":"haiku"}',
  })

describe('a key', () => {
  it.for(['token', 'access_token', 'api-key', 'key'])('in the address opens nothing: %s', async (name) => {
    for (const path of ['/api/2.0/apps', '/anthropic/v1/models']) {
      const { status } = await get(`${path}?${name}=${key}`)
      expect([400, 401]).toContain(status)
    }
    expect(calls).toBe(0)
    expect(JSON.stringify(log)).not.toContain(key)
  })

  it('of a session that has ended opens nothing, and the others still do', async () => {
    const ended = gateway.issueKey({ sessionId: 'session-b', email })
    gateway.revoke('session-b')
    const statuses = [(await get('/api/2.0/apps', ended)).status, (await ask(ended)).status]
    for (const status of statuses) expect([400, 401]).toContain(status)
    expect(calls).toBe(0)
    expect((await get('/api/2.0/apps', key)).status).toBe(200)
  })
})

describe('a client that hangs up over and over', () => {
  it('leaves every place free', async () => {
    const held = new Set<ServerResponse>()
    answer = (response) => {
      held.add(response)
      response.once('close', () => held.delete(response))
    }
    for (let round = 0; round < 60; round += 1) {
      const { port } = new URL(gateway.url)
      const call = request({ port, path: '/anthropic/v1/messages', method: 'POST', headers: { 'x-api-key': key } })
      call.on('error', () => {})
      call.end('{"model":"haiku"}', () => setTimeout(() => call.destroy(), round % 5))
      await new Promise((resolve) => call.once('close', resolve))
    }
    await expect.poll(() => held.size).toBe(0)
    answer = (response) => response.end('{}')
    const all = await Promise.all(Array.from({ length: 24 }, () => ask(key)))
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200))
  })
})

describe('connections that wait for nothing', () => {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })

  /** A raw connection that says `words` and stays. */
  const hold = (words: string) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => {}).resume()
    if (words !== '') socket.write(words)
    return socket
  }
  const call = (presented: string) =>
    `GET /api/2.0/apps HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${presented}\r\n\r\n`
  const answered = (socket: Socket) => new Promise((resolve) => socket.once('data', resolve))
  /** A connection whose answer has begun and does not end. */
  const underWay = async (presented: string) => {
    answer = (response) => response.write('{')
    const socket = hold(call(presented))
    await answered(socket)
    answer = (response) => response.end('{}')
    return socket
  }
  const open = () => sockets.filter(({ destroyed }) => !destroyed).length

  it.for([
    ['say nothing', ''],
    ['begin a request and stop', 'GET /api/2.0/apps HTTP/1.1\r\nHost: a\r\nAuthor'],
  ] as const)('and %s push out one another and no session', async ([, words]) => {
    const busy = await underWay(key)
    for (let many = 0; many < 700; many += 100) {
      for (let one = 0; one < 100; one += 1) hold(words)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    // Sooner than any time-out of the server's own.
    await expect.poll(open, { timeout: 4_500 }).toBeLessThanOrEqual(301)
    expect(busy.destroyed).toBe(false)
    expect((await get('/api/2.0/apps', key)).status).toBe(200)
  })

  it('of one session are few, and cost another session none', async () => {
    const other = await underWay(gateway.issueKey({ sessionId: 'session-b', email }))
    for (let many = 0; many < 60; many += 1) await answered(hold(call(key)))
    await expect.poll(open, { timeout: 4_500 }).toBeLessThanOrEqual(33)
    expect(other.destroyed).toBe(false)
    expect((await get('/api/2.0/apps', key)).status).toBe(200)
  })
})
