import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { startTestApp, type TestAppOptions } from './app.fixture.ts'

type App = Awaited<ReturnType<typeof startTestApp>>

const page = { headers: { accept: 'text/html' } }
const order = { method: 'POST', body: JSON.stringify({ agent: 'shell' }) }
const open: App[] = []
let consoleDir = ''

async function start(options: TestAppOptions = {}): Promise<App> {
  const app = await startTestApp({ consoleDir, ...options })
  open.push(app)
  return app
}

/** ada and grace on different workers of the fixture fleet, whatever the hash says. */
async function homeOf(email: string): Promise<string> {
  const probe = await start()
  return probe.context.seating()?.seat(email)?.name ?? ''
}

beforeAll(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), 'console-'))
  await mkdir(join(consoleDir, 'assets'))
  await writeFile(join(consoleDir, 'index.html'), '<p>console</p>')
  await writeFile(join(consoleDir, 'assets', 'a-1234.js'), 'void 0')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})
afterAll(() => rm(consoleDir, { recursive: true }))

describe('a worker at the door', () => {
  it('lets its own people in and shows the console', async () => {
    const app = await start({ appName: await homeOf('ada@example.com') })
    const answer = await app.call('Ada@Example.com', '/', page)
    expect([answer.status, await answer.text()]).toEqual([200, '<p>console</p>'])
    expect(await (await app.call('ada@example.com', '/api/me')).json()).toMatchObject({
      email: 'ada@example.com',
      role: 'participant',
      app: { role: 'worker' },
      limits: { perUser: 2 },
    })
  })

  it('shows what is said in the room, on the hub too, and opens no session once it has closed', async () => {
    const room = { announcement: { text: 'Lunch', level: 'info' as const }, closesAt: '2026-01-01T10:00:00.000Z' }
    const hub = await start({ appName: 'first-hub', fleet: aFleet({ room }) })
    expect(await (await hub.call('ada@example.com', '/api/me')).json()).toMatchObject({ room })
    const app = await start({ appName: await homeOf('ada@example.com'), fleet: aFleet({ room }) })
    expect(await (await app.call('ada@example.com', '/api/me')).json()).toMatchObject({ room })
    const refused = await app.call('ada@example.com', '/api/sessions', order)
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'WO-4013' } }])
    app.setFleet(aFleet({ version: 8, room: { closesAt: '2096-01-01T10:00:00.000Z' } }))
    await app.context.fleet.reload()
    expect((await app.call('ada@example.com', '/api/sessions', order)).status).toBe(201)
  })

  it('sends people of another worker there, once, and never answers a redirect with a redirect', async () => {
    const home = await homeOf('ada@example.com')
    const app = await start({ appName: home === 'first-worker-1' ? 'first-worker-2' : 'first-worker-1' })
    const target = `http://${home}.apps.localhost:8080/?fleet=7`
    const answer = await app.call('ada@example.com', '/', page)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, target])
    const second = await app.call('ada@example.com', '/?fleet=7', page)
    expect([second.status, (await second.text()).includes(target.replace('&', '&#38;'))]).toEqual([409, true])
    expect(await (await app.call('ada@example.com', '/api/me')).json()).toMatchObject({
      error: { code: 'WO-4002', link: target },
    })
  })

  it('sends them to the hub, which waits with them, while their worker is not up', async () => {
    const home = await homeOf('ada@example.com')
    const workers = aFleet().workers.map((worker) => ({ ...worker, ready: worker.name !== home }))
    const appName = home === 'first-worker-1' ? 'first-worker-2' : 'first-worker-1'
    const app = await start({ appName, fleet: aFleet({ workers }) })
    const answer = await app.call('ada@example.com', '/', page)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${aFleet().hub.url}/?fleet=7`])
  })

  it('reads the roster again before it judges somebody who was sent by a later one', async () => {
    const app = await start({ fleet: aFleet({ participants: [], version: 1 }), appName: 'first-worker-1' })
    const later = aFleet({ participants: ['ada@example.com'], workers: aFleet().workers.slice(0, 1), version: 2 })
    app.setFleet(later)
    expect((await app.call('ada@example.com', '/', page)).status).toBe(403)
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    expect((await app.call('ada@example.com', '/?fleet=2', page)).status).toBe(200)
  })

  it('keeps a person with a live session although the seat has moved', async () => {
    const alone = aFleet({ workers: aFleet().workers.slice(0, 1) })
    const app = await start({ fleet: alone, appName: 'first-worker-1' })
    expect((await app.call('ada@example.com', '/api/sessions', order)).status).toBe(201)
    const [first, second] = aFleet().workers
    if (!first || !second) throw new Error('the fixture has two workers')
    app.setFleet(aFleet({ version: 8, workers: [{ ...first, cordoned: true }, second] }))
    await app.context.fleet.reload()
    expect((await app.call('ada@example.com', '/', page)).status).toBe(200)
    expect((await app.call('grace@example.com', '/', page)).status).toBe(302)
  })

  it('lets facilitators into every worker', async () => {
    for (const appName of ['first-worker-1', 'first-worker-2']) {
      const app = await start({ appName })
      expect((await app.call('edsger@example.com', '/', page)).status).toBe(200)
    }
  })

  it('tells strangers to the roster so, as a page and as JSON', async () => {
    const app = await start()
    const answer = await app.call('mallory@example.com', '/', page)
    expect([answer.status, (await answer.text()).includes('WO-4001')]).toEqual([403, true])
    expect(await (await app.call('mallory@example.com', '/api/sessions')).json()).toMatchObject({
      error: { code: 'WO-4001' },
    })
  })

  it('gives a peer that is not the proxy nothing on any route', async () => {
    const app = await start({ isProxy: () => false })
    for (const path of ['/', '/healthz', '/metrics', '/api/me', '/api/control/status', '/assets/a-1234.js'])
      expect((await app.call('ada@example.com', path)).status).toBe(401)
  })
})

describe('requests from elsewhere', () => {
  it.for([
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['a look-alike Origin', { origin: 'http://first-worker-1.apps.localhost:8080.evil.example' }],
    ['the same host on another port', { origin: 'http://first-worker-1.apps.localhost:8081' }],
    ['a null Origin', { origin: 'null' }],
    ['another app of the platform', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host', { 'x-forwarded-host': 'evil.example' }],
  ] as const)('%s is refused', async ([, headers]) => {
    const app = await start()
    const answer = await app.call('edsger@example.com', '/api/sessions', { ...order, headers })
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'WO-4006' } }])
    expect(app.launcher.terminals.size).toBe(0)
  })

  it('a form or plain text is refused', async () => {
    const app = await start()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect(
        (await app.call('edsger@example.com', '/api/sessions', { ...order, headers: { 'content-type': type } })).status,
      ).toBe(400)
  })

  it('a change without Origin is refused', async () => {
    const app = await start()
    const answer = await fetch(`${app.url}/api/sessions`, {
      ...order,
      headers: { ...app.headersOf('edsger@example.com'), 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(403)
  })
})

describe('what every answer carries', () => {
  it('forbids inline script, framing and guessing, also on errors', async () => {
    const app = await start()
    for (const path of ['/', '/nowhere', '/api/me', '/api/nowhere']) {
      const { headers } = await app.call('edsger@example.com', path, page)
      expect(headers.get('content-security-policy')).toContain("script-src 'self';")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('caches hashed files for ever and pages never', async () => {
    const app = await start()
    const cacheOf = async (path: string) =>
      (await app.call('edsger@example.com', path, page)).headers.get('cache-control')
    expect(await cacheOf('/assets/a-1234.js')).toContain('immutable')
    expect(await cacheOf('/')).toBe('no-cache')
    expect(await cacheOf('/api/me')).toBe('no-store')
  })

  it('writes no query string and no session id to the log', async () => {
    const app = await start()
    const { id } = (await (await app.call('edsger@example.com', '/api/sessions', order)).json()) as { id: string }
    await app.call('edsger@example.com', '/?ticket=secret-word', page)
    await app.call('edsger@example.com', `/api/sessions/${id}`, { method: 'DELETE' })
    expect(app.logs.length).toBeGreaterThan(2)
    expect(app.logs.join()).not.toMatch(new RegExp(`secret-word|${id}`))
  })
})

describe('the hub', () => {
  const hub = { appName: 'first-hub' }

  it('sends everybody of the roster to a worker that is ready', async () => {
    const app = await start(hub)
    for (const email of ['ada@example.com', 'grace@example.com', 'edsger@example.com']) {
      const answer = await app.call(email, '/', page)
      const seat = app.context.seating()?.seat(email)
      expect([answer.status, answer.headers.get('location')]).toEqual([302, `${seat?.url}/?fleet=7`])
    }
  })

  it('shows the join page while the worker is not ready, which then learns the address', async () => {
    const cold = aFleet().workers.map((member) => ({ ...member, ready: false }))
    const app = await start({ ...hub, fleet: aFleet({ workers: cold }) })
    expect((await app.call('ada@example.com', '/', page)).status).toBe(200)
    const join = await (await app.call('ada@example.com', '/api/join')).json()
    expect(join).toMatchObject({ state: 'preparing' })
    expect(join).not.toHaveProperty('url')
    app.setFleet(aFleet({ version: 8 }))
    await app.context.fleet.reload()
    expect(await (await app.call('ada@example.com', '/api/join')).json()).toMatchObject({
      state: 'ready',
      url: expect.stringContaining('/?fleet=8'),
    })
  })

  it('says so when all seats are taken', async () => {
    const one = aFleet({ workers: aFleet().workers.slice(0, 1), peoplePerWorker: 1 })
    const app = await start({ ...hub, fleet: one })
    const states = await Promise.all(
      ['ada@example.com', 'grace@example.com'].map(async (email) => (await app.call(email, '/api/join')).json()),
    )
    expect(states).toMatchObject([{ state: 'ready' }, { state: 'no-seat' }])
  })

  it('keeps no sessions', async () => {
    const app = await start(hub)
    expect((await app.call('ada@example.com', '/api/sessions', order)).status).toBe(404)
  })

  it('refuses who is not on the roster with a page', async () => {
    const app = await start(hub)
    expect((await app.call('mallory@example.com', '/', page)).status).toBe(403)
  })
})

describe('control routes', () => {
  const asOperator = (app: App, path: string, init: RequestInit = {}) =>
    fetch(`${app.url}${path}`, {
      ...init,
      headers: {
        'x-forwarded-host': new URL(app.origin).host,
        'x-forwarded-user': 'Controller-Client-Id',
        'content-type': 'application/json',
      },
    })

  it('do not exist for participants and facilitators', async () => {
    const app = await start()
    for (const email of ['ada@example.com', 'edsger@example.com'])
      expect((await app.call(email, '/api/control/status')).status).toBe(404)
  })

  it('tell who is here without a session, and nobody who was not let in', async () => {
    const home = await homeOf('ada@example.com')
    for (const appName of ['first-worker-1', 'first-worker-2']) {
      const app = await start({ appName })
      for (const email of ['ada@example.com', 'mallory@example.com']) await app.call(email, '/api/me')
      const people = appName === home ? [{ email: 'ada@example.com', live: 0 }] : []
      expect(await (await asOperator(app, '/api/control/status')).json()).toMatchObject({
        sessions: { live: 0, people },
      })
    }
  })

  it('report, reload and drain for an operator', async () => {
    const app = await start()
    app.setFleet(aFleet({ version: 9 }))
    expect((await asOperator(app, '/api/control/reload', { method: 'POST', body: '{}' })).status).toBe(204)
    expect((await asOperator(app, '/api/control/drain', { method: 'POST', body: '{"on":true}' })).status).toBe(204)
    expect(await (await asOperator(app, '/api/control/status')).json()).toMatchObject({
      app: 'first-worker-1',
      role: 'worker',
      fleetVersion: 9,
      draining: true,
      sessions: { live: 0, people: [] },
    })
    const refused = await app.call('edsger@example.com', '/api/sessions', order)
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'WO-4008' } }])
    expect((await asOperator(app, '/api/control/drain', { method: 'POST', body: '{"on":"no"}' })).status).toBe(400)
  })
})
