import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Gateway, GatewayEntry } from './gateway.ts'
import { createGateway } from './server.ts'

const modelToken = 'dapi-canary-model'
const userToken = 'dapi-canary-user'
const ada = { sessionId: 'session-a', email: 'ada@example.com' }

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
let upstream: Server
let gateway: Gateway
let key: string
let seen: Seen[]
let log: GatewayEntry[]
let waits: number[]
/** What the workspace answers; each test sets its own. */
let answer: (request: Seen, response: ServerResponse, count: number) => void

beforeEach(async () => {
  seen = []
  log = []
  waits = []
  answer = (_, response) => response.end('{}')
  upstream = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = '', url = '', headers } = incoming
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
    answer(seen.at(-1) as Seen, response, seen.length)
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const clock = { random: () => 0, now: Date.now, sleep: async (ms: number) => void waits.push(ms) }
  gateway = await createGateway(
    {
      workspaceUrl: `http://workspace.localhost:${(upstream.address() as AddressInfo).port}`,
      modelToken: () => modelToken,
      userToken: (email) => (email === ada.email ? userToken : undefined),
      models: () => ({ claude: 'databricks-claude-opus-4-6' }),
      log: (entry) => log.push(entry),
    },
    clock,
  )
  key = gateway.issueKey(ada)
})
afterEach(async () => {
  await gateway.close()
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})

const ask = (body: object, headers: Record<string, string> = { authorization: `Bearer ${key}` }) =>
  fetch(`${gateway.url}/anthropic/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${key}` }) =>
  fetch(gateway.url + path, { headers })
const event = (data: object) => `event: x\ndata: ${JSON.stringify(data)}\n\n`

describe('the model side', () => {
  const model = 'databricks-claude-opus-4-6'

  it('passes the request on with the shared token and none of the key', async () => {
    await (
      await ask({ model, messages: [] }, { 'x-api-key': key, cookie: 'a=b', 'anthropic-version': '2023-06-01' })
    ).text()
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/serving-endpoints/anthropic/v1/messages?beta=true' })
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${modelToken}`, 'anthropic-version': '2023-06-01' })
    expect(JSON.stringify(seen)).not.toContain(key)
    expect(seen[0]?.headers.cookie).toBeUndefined()
  })

  it('gives each chunk on as it comes and counts tokens', async () => {
    let finish = () => {}
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event({ type: 'message_start', message: { usage: { input_tokens: 11, output_tokens: 1 } } }))
      finish = () => response.end(event({ type: 'message_delta', usage: { output_tokens: 42 } }))
    }
    const reader = (await ask({ model, stream: true })).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('message_start')
    finish()
    while (!(await reader?.read())?.done);
    await expect.poll(() => gateway.usage('session-a')).toEqual({ requests: 1, inputTokens: 11, outputTokens: 42 })
    await expect.poll(() => log[0]).toMatchObject({ status: 200, inputTokens: 11, outputTokens: 42 })
  })

  it('maps a tier to the endpoint and refuses other models by name', async () => {
    await ask({ model: 'haiku' })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ model })
    const refused = await ask({ model: 'databricks-gpt-5' })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ type: 'error', error: { message: expect.stringContaining(model) } })
  })

  it('waits as a busy endpoint asks, and tries again', async () => {
    answer = (_, response, count) => {
      response.writeHead(count < 3 ? 429 : 200, count < 3 ? { 'retry-after': '2' } : {})
      response.end('{}')
    }
    expect((await ask({ model })).status).toBe(200)
    expect(waits).toEqual([2_000, 2_000])
  })

  it('stops paying when the client goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({}))
        response.on('close', resolve)
      }
    })
    const controller = new AbortController()
    const response = await fetch(`${gateway.url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model }),
      signal: controller.signal,
    })
    await response.body?.getReader().read()
    controller.abort()
    await closed
    await expect.poll(() => log.at(-1)).toMatchObject({ aborted: true })
  })

  it('refuses more than 32 MB with an answer, not a broken line', async () => {
    const response = await ask({ model, messages: 'x'.repeat(33 * 1024 * 1024) })
    expect(response.status).toBe(413)
    expect(seen).toEqual([])
  })

  it('answers a token count by an estimate where the endpoint lacks it', async () => {
    answer = (_, response) => response.writeHead(404).end('{"error_code":"ENDPOINT_NOT_FOUND"}')
    const response = await fetch(`${gateway.url}/anthropic/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: JSON.stringify({ model }),
    })
    expect(await response.json()).toEqual({ input_tokens: Math.ceil(JSON.stringify({ model }).length / 4) })
  })

  it.for([401, 403])('turns %i about the shared token into words', async (status) => {
    answer = (_, response) => response.writeHead(status).end(`{"message":"Invalid access token ${modelToken}"}`)
    const response = await ask({ model })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('model token')
  })

  it('shows what the workspace says about a missing endpoint', async () => {
    answer = (_, response) => response.writeHead(404).end('{"error_code":"X","message":"no such endpoint here"}')
    const response = await ask({ model })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('no such endpoint here') },
    })
  })

  it('keeps its other paths shut', async () => {
    expect((await get('/anthropic/v1/files')).status).toBe(404)
    expect(seen).toEqual([])
  })
})

describe('the workspace side', () => {
  it('acts as the participant', async () => {
    answer = (_, response) => response.end('{"userName":"ada@example.com"}')
    expect(await (await get('/api/2.0/preview/scim/v2/Me?attributes=id')).json()).toEqual({
      userName: 'ada@example.com',
    })
    expect(seen[0]).toMatchObject({ url: '/api/2.0/preview/scim/v2/Me?attributes=id' })
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${userToken}`)
  })

  it('streams an upload and keeps encoded slashes', async () => {
    const path = '/api/2.0/workspace-files/import-file/Workspace%2FUsers%2Fada%40example.com%2Fapp.py?overwrite=true'
    const body = 'print(1)\n'.repeat(100_000)
    await fetch(gateway.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body })
    expect(seen[0]).toMatchObject({ method: 'POST', url: path, body })
  })

  it("refuses in the platform's envelope what is not open", async () => {
    const response = await get('/api/2.0/secrets/list?scope=x')
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      error_code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/^WO-5002 GET \/api\/2\.0\/secrets\/list is not open/),
    })
    expect(seen).toEqual([])
  })

  it('says how to sign in again when there is no token', async () => {
    const other = gateway.issueKey({ sessionId: 'b', email: 'bob@example.com' })
    const response = await get('/api/2.0/apps', { authorization: `Bearer ${other}` })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/^WO-5004 .*reload the page/) })
  })

  it.for([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wsk_wrong' }],
    ["the workspace's own token", { authorization: `Bearer ${userToken}` }],
  ] as const)('refuses %s', async ([, headers]) => {
    expect((await get('/api/2.0/apps', headers)).status).toBe(401)
    expect(seen).toEqual([])
  })

  it('forwards discovery without any credentials', async () => {
    expect((await get('/.well-known/databricks-config', {})).status).toBe(200)
    expect(seen[0]?.headers.authorization).toBeUndefined()
  })

  it.for([['http://evil.example/api/2.0/apps'], ['/api/2.0/apps/%2e%2e/secrets/list']])(
    'refuses %s',
    async ([path]) => {
      const { port } = new URL(gateway.url)
      const status = await new Promise((resolve, reject) => {
        const options = { port, host: '127.0.0.1', path: path ?? '', headers: { authorization: `Bearer ${key}` } }
        request(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end()
      })
      expect(status).toBe(400)
      expect(seen).toEqual([])
    },
  )

  it('ends at once what a revoked session has under way', async () => {
    answer = (_, response) => void response.writeHead(200).write('{')
    const response = await get('/api/2.0/apps')
    gateway.revoke('session-a')
    await expect(response.text()).rejects.toThrow()
    expect((await get('/api/2.0/apps')).status).toBe(401)
  })

  it('says that the workspace is away', async () => {
    upstream.closeAllConnections()
    await new Promise((resolve) => upstream.close(resolve))
    expect((await get('/api/2.0/apps')).status).toBe(502)
    expect((await ask({ model: 'haiku' })).status).toBe(502)
  })
})

describe('secrecy', () => {
  it('lets no token, key, prompt, query or address into answers and log', async () => {
    answer = (request, response) =>
      response
        .writeHead(request.url.includes('apps') ? 500 : 400, { 'x-echo': String(request.headers.authorization) })
        .end(JSON.stringify({ message: `seen ${request.headers.authorization}` }))
    const answers = [
      await ask({ model: 'haiku', messages: 'prompt-canary' }),
      await get('/api/2.0/apps?token=query-canary'),
      await get('/api/2.0/secrets/list'),
    ]
    const texts = await Promise.all(
      answers.map(async (response) => JSON.stringify([...response.headers]) + (await response.text())),
    )
    await expect.poll(() => log.length).toBe(3)
    const written = texts.join() + JSON.stringify(log)
    for (const canary of [modelToken, userToken, key, 'prompt-canary', 'query-canary', ada.email]) {
      expect(written).not.toContain(canary)
    }
    expect(log[1]).toMatchObject({ session: 'session-a', side: 'workspace', path: '/api/2.0/apps', status: 500 })
  })
})

describe('hostile case 29: many requests at once', () => {
  it('refuses one session what is too much and serves the others', async () => {
    const held: ServerResponse[] = []
    answer = (_, response) => void held.push(response)
    const body = { model: 'sonnet', messages: [] }
    const all = Array.from({ length: 30 }, () => ask(body))
    const first = await Promise.race(all)
    expect(first.status).toBe(429)
    expect(await first.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
    await expect.poll(() => held.length).toBe(24)
    const other = gateway.issueKey({ sessionId: 'session-b', email: 'grace@example.com' })
    const asked = ask(body, { authorization: `Bearer ${other}` })
    await expect.poll(() => held.length).toBe(25)
    for (const response of held) response.end('{}')
    expect((await asked).status).toBe(200)
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(24)
    answer = (_, response) => response.end('{}')
    expect((await ask(body)).status).toBe(200)
  })
})
