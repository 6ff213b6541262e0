import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cookiesIn, Door } from './ingress.fixture.ts'

let door: Door

beforeEach(async () => {
  door = await new Door().open()
})

afterEach(() => door.close())

const browser = { accept: 'text/html,*/*;q=0.8' }

describe('signing in', () => {
  it('leads a browser to a form on the same host that lists the people, and back', async () => {
    const first = await door.send('/tasks?x=1', browser)
    expect(first).toMatchObject({ status: 302, headers: { location: '/__emulator/sign-in?next=%2Ftasks%3Fx%3D1' } })
    const form = await door.send(first.headers.location ?? '', browser)
    expect(form.body).toContain('value="ada@example.com"')
    expect(form.body).toContain('Ada &#60;L&#62;')
    expect(form.body).toContain('name="next" value="/tasks?x=1"')
    const back = await door.send(
      '/__emulator/sign-in',
      {},
      { method: 'POST', body: 'user=ada@example.com&next=/start' },
    )
    expect(back).toMatchObject({ status: 303, headers: { location: '/start' } })
    const cookie = await door.signedIn('Ada@example.com')
    expect((await door.send('/start', { cookie })).status).toBe(200)
  })

  it('asks once for all apps: the second host gives its own cookie without a question', async () => {
    const both = (await door.signedIn('ada@example.com')).split('; ')
    const provider = both.find((cookie) => cookie.startsWith('emulator-sign-in=')) ?? ''
    const second = await door.send('/x', { ...browser, cookie: provider }, { app: 'w1' })
    expect(second).toMatchObject({ status: 302, headers: { location: '/x' } })
    const own = cookiesIn(second).join('; ')
    expect((await door.send('/x', { cookie: own }, { app: 'w1' })).status).toBe(200)
    expect((await door.send('/x', { cookie: own }, { app: 'hub' })).status).toBe(401)
  })

  it('answers 401 to everything that is no browser navigation', async () => {
    expect(await door.send('/x')).toMatchObject({ status: 401 })
    expect(await door.send('/x', { ...browser, 'sec-fetch-mode': 'cors' })).toMatchObject({ status: 401 })
    expect(await door.send('/x', browser, { method: 'POST' })).toMatchObject({ status: 401 })
  })

  it('signs out everywhere', async () => {
    const cookie = await door.signedIn('ada@example.com')
    await door.send('/__emulator/sign-out', { cookie })
    expect((await door.send('/x', { cookie })).status).toBe(401)
    expect((await door.send('/x', { ...browser, cookie }, { app: 'w1' })).headers.location).toMatch(
      /^\/__emulator\/sign-in/,
    )
  })

  it.for(['//evil.example/', '/\\evil.example', 'https://evil.example', '/__emulator/sign-out', '/a/../__emulator/x'])(
    'does not lead elsewhere: %s',
    async (next) => {
      const body = new URLSearchParams({ user: 'ada@example.com', next }).toString()
      const answer = await door.send('/__emulator/sign-in', {}, { method: 'POST', body })
      expect(answer.headers.location).toBe('/')
    },
  )

  it('refuses a form from another site, forged cookies and addresses that are none', async () => {
    const form = { method: 'POST', body: 'user=ada@example.com' }
    expect((await door.send('/__emulator/sign-in', { origin: 'http://evil.example' }, form)).status).toBe(403)
    expect((await door.send('/__emulator/sign-in', {}, { method: 'POST', body: 'user=x' })).status).toBe(400)
    const cookie = (await door.signedIn('ada@example.com')).replaceAll(/\.[^;.]{4}/g, '.AAAA')
    expect((await door.send('/x', { cookie })).status).toBe(401)
  })
})

describe('passing requests on', () => {
  it('replaces forged identity headers by the seven of the platform and hides its own cookies', async () => {
    const cookie = await door.signedIn('ada@example.com')
    const forged = {
      'x-forwarded-email': 'root@example.com',
      'X-Forwarded-Groups': 'admins',
      x_forwarded_user: 'root',
      'x-real-ip': '6.6.6.6',
      'x-request-id': '1',
    }
    const answer = await door.send('/y?z=%20', {
      ...forged,
      cookie: `${cookie}; mine=2`,
      authorization: 'Bearer app-own',
    })
    const seen = JSON.parse(answer.body)
    expect(seen.url).toBe('/y?z=%20')
    expect(seen.headers).toMatchObject({
      host: door.hostOf('hub'),
      cookie: 'mine=2',
      authorization: 'Bearer app-own',
      'x-forwarded-host': door.hostOf('hub'),
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
    const seen = JSON.parse((await door.send('/api/health', bearer)).body).headers
    expect(seen).toMatchObject({ 'x-forwarded-email': '6f0d0c5e-1111-4222-8333-444455556666' })
    expect(seen.authorization).toBeUndefined()
    for (const path of ['/health', '/api', '/api/../health', '/api/%2e%2e/health', '//api/health']) {
      expect([path, (await door.send(path, bearer)).status]).toEqual([path, 401])
    }
    const pat = await door.send('/api/health', { authorization: 'Bearer dapi123' })
    expect(pat).toMatchObject({ status: 401, body: expect.stringContaining('unsupported type') })
  })

  it('refuses who may not use the app, a stopped app and hosts that name none', async () => {
    const bob = await door.signedIn('bob@example.com')
    expect(await door.send('/', { cookie: bob })).toMatchObject({ status: 403 })
    expect((await door.send('/', { cookie: bob, ...browser })).body).toContain('<h1>Permission Denied</h1>')
    const cookie = await door.signedIn('ada@example.com')
    door.state = 'down'
    expect((await door.send('/', { cookie })).status).toBe(503)
    door.state = { port: 1 }
    expect((await door.send('/', { cookie })).status).toBe(502)
    expect((await door.send('/', {}, { app: 'other' })).status).toBe(404)
    for (const host of ['hub.apps.localhost', 'hub.apps.localhost.evil.example', 'a.hub.apps.localhost', 'localhost']) {
      expect([host, (await door.send('/', { cookie, host })).status]).toEqual([host, 404])
    }
  })

  it('streams both ways without waiting', async () => {
    const cookie = await door.signedIn('ada@example.com')
    door.onRequest = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      request.on('data', (chunk) => response.write(`data: ${chunk}\n\n`)).on('end', () => response.end())
    }
    const headers = { host: door.hostOf('hub'), cookie }
    const outgoing = request({ host: '127.0.0.1', port: door.port, path: '/', method: 'POST', headers })
    outgoing.write('one')
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(String((await once(answer, 'data'))[0])).toBe('data: one\n\n')
    outgoing.end('two')
    expect(String((await once(answer, 'data'))[0])).toBe('data: two\n\n')
  })

  it('keeps a body without length framed, so that it cannot be read as a second request', async () => {
    const seen: string[] = []
    door.onRequest = (request, response) => {
      seen.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => response.end())
    }
    const raw = connect(door.port, '127.0.0.1')
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\nX-Forwarded-Email: root@example.com\r\n\r\n'
    const head = `Host: ${door.hostOf('hub')}\r\nCookie: ${await door.signedIn('ada@example.com')}\r\nConnection: close`
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
    raw.write(`GET /a HTTP/1.1\r\n${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
    for await (const _ of raw);
    await door.send('/b', { cookie: await door.signedIn('ada@example.com') })
    expect(seen).toEqual(['GET /a', 'GET /b'])
  })

  it('gives up after the limits of the platform: 504 before the first byte, a cut after it', async () => {
    const cookie = await door.signedIn('ada@example.com')
    door.ingress.configure({ requestLimitMs: 50, streamLimitMs: 50 })
    door.onRequest = () => undefined
    expect((await door.send('/', { cookie })).status).toBe(504)
    door.onRequest = (_, response) => void response.writeHead(200).write('some')
    await expect(door.send('/', { cookie })).rejects.toThrow(/aborted|socket hang up/)
  })

  it('can hold event streams back to their end', async () => {
    const cookie = await door.signedIn('ada@example.com')
    expect(door.ingress.configure({ bufferSse: true, nonsense: 1, requestLimitMs: 'x' })).toEqual([
      'nonsense',
      'requestLimitMs',
    ])
    let headersCame = false
    door.onRequest = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      setTimeout(() => {
        expect(headersCame).toBe(false)
        response.end('data: 2\n\n')
      }, 60)
    }
    const outgoing = request({
      host: '127.0.0.1',
      port: door.port,
      headers: { host: door.hostOf('hub'), cookie },
    }).end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    headersCame = true
    let body = ''
    for await (const chunk of answer) body += chunk
    expect(body).toBe('data: 1\n\ndata: 2\n\n')
  })
})
