import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { startTestApp, type TestAppOptions } from './app.fixture.ts'

type App = Awaited<ReturnType<typeof startTestApp>>
const open: App[] = []

/** One worker, so that ada and grace both sit on it. */
async function start(options: TestAppOptions = {}): Promise<App> {
  const app = await startTestApp({ fleet: aFleet({ workers: aFleet().workers.slice(0, 1) }), ...options })
  open.push(app)
  return app
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

const ada = 'ada@example.com'
const grace = 'grace@example.com'
const order = (body: object = { agent: 'shell' }) => ({ method: 'POST', body: JSON.stringify(body) })

async function openSession(app: App, email: string): Promise<string> {
  const answer = await app.call(email, '/api/sessions', order())
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

/** Resolves to the first message, or to the status with which the upgrade was refused. */
function attach(app: App, email: string, id: string, options: { origin?: string; protocol?: string } = {}) {
  const { origin = app.origin, protocol = 'term.v1' } = options
  const socket = new WebSocket(`ws://127.0.0.1:${app.port}/api/sessions/${id}/terminal`, protocol, {
    headers: { ...app.headersOf(email), ...(origin === '' ? {} : { origin }) },
  })
  return new Promise<string | number>((resolve, reject) => {
    socket.on('message', (data) => {
      resolve(String(data))
      socket.close()
    })
    socket.on('unexpected-response', (_request, answer) => {
      resolve(answer.statusCode ?? 0)
      answer.resume()
    })
    socket.on('error', reject)
  })
}

describe('own sessions and others', () => {
  it('shows each person their own sessions only', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(await (await app.call(ada, '/api/sessions')).json()).toMatchObject([{ id, state: 'live', agent: 'shell' }])
    expect(await (await app.call(grace, '/api/sessions')).json()).toEqual([])
  })

  it('answers for a foreign session as for one that never was, on every route', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    const unknown = '0'.repeat(32)
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/restart'],
    ] as const) {
      const answers = await Promise.all(
        [id, unknown].map(async (target) => {
          const answer = await app.call(grace, `/api/sessions/${target}${path}`, { method })
          return [answer.status, await answer.text()]
        }),
      )
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]?.[0]).toBe(404)
    }
    expect(await attach(app, grace, id)).toBe(404)
    // A facilitator may enter every worker, but no terminal of anybody else.
    expect(await attach(app, 'edsger@example.com', id)).toBe(404)
    expect(app.launcher.terminals.get(id)?.events).toEqual([])
  })

  it('removes a session with everything around it', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    expect((await app.call(ada, `/api/sessions/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect(app.launcher.terminals.get(id)?.events).toEqual(['stop', 'close 1000'])
    expect(app.launcher.discarded).toEqual([id])
    expect(await (await app.call(ada, '/api/sessions')).json()).toEqual([])
  })

  it('tells how a program ended and starts it again on request', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    expect((await app.call(ada, `/api/sessions/${id}/restart`, { method: 'POST' })).status).toBe(400)
    app.launcher.terminals.get(id)?.exit({ code: 3, signal: 0 })
    expect(await (await app.call(ada, '/api/sessions')).json()).toMatchObject([
      { state: 'exited', exit: { code: 3, signal: 0 } },
    ])
    const again = await app.call(ada, `/api/sessions/${id}/restart`, { method: 'POST' })
    expect([again.status, await again.json()]).toMatchObject([200, { id, state: 'live' }])
  })

  it.for([
    ['an unknown agent', { agent: 'sh -c reboot' }],
    ['no agent', {}],
    ['a field that does not exist', { agent: 'shell', command: 'reboot' }],
    ['a title with controls', { agent: 'shell', title: 'a\u001b]0;b' }],
    ['a title that is no text', { agent: 'shell', title: { a: 1 } }],
    ['a size as text', { agent: 'shell', cols: '80' }],
    ['a size out of bounds', { agent: 'shell', cols: 65_535 }],
    ['a poisoned object', { agent: 'shell', constructor: { prototype: { a: 1 } } }],
  ] as const)('refuses %s', async ([, body]) => {
    const app = await start()
    const answer = await app.call(ada, '/api/sessions', order(body))
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'WO-4009' } }])
    expect(app.launcher.terminals.size).toBe(0)
  })

  it('gives no session away when the program does not start, and keeps nothing of it', async () => {
    const app = await start()
    app.launcher.failLaunch = true
    const answer = await app.call(ada, '/api/sessions', order())
    expect([answer.status, await answer.json()]).toMatchObject([500, { error: { code: 'WO-4030' } }])
    expect(app.launcher.discarded).toHaveLength(1)
    expect(await (await app.call(ada, '/api/sessions')).json()).toEqual([])
  })
})

describe('caps', () => {
  it('holds the cap per person against requests that come at once', async () => {
    const app = await start()
    const answers = await Promise.all([1, 2, 3, 4].map(() => app.call(ada, '/api/sessions', order())))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409])
  })

  it('holds the cap of the worker', async () => {
    const fleet = aFleet({ workers: aFleet().workers.slice(0, 1), sessions: { ...aFleet().sessions, perWorker: 1 } })
    const app = await start({ fleet })
    await openSession(app, ada)
    const answer = await app.call(grace, '/api/sessions', order())
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'WO-4004' } }])
  })

  it('holds the cap of the worker against people who come at once', async () => {
    const fleet = aFleet({ workers: aFleet().workers.slice(0, 1), sessions: { ...aFleet().sessions, perWorker: 3 } })
    const app = await start({ fleet })
    const answers = await Promise.all(
      [ada, grace, ada, grace, ada, grace].map((who) => app.call(who, '/api/sessions', order())),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(3)
    expect(app.launcher.terminals.size).toBe(3)
  })

  it('counts a session until nothing of it runs any more', async () => {
    const fleet = aFleet({ workers: aFleet().workers.slice(0, 1), sessions: { ...aFleet().sessions, perWorker: 1 } })
    const app = await start({ fleet })
    const id = await openSession(app, ada)
    const terminal = app.launcher.terminals.get(id)
    let release = () => {}
    const dying = new Promise<void>((resolve) => {
      release = resolve
    })
    if (terminal) terminal.stop = () => dying
    const removal = app.call(ada, `/api/sessions/${id}`, { method: 'DELETE' })
    await expect.poll(() => app.context.sessions.list(ada)).toEqual([])
    const refused = await app.call(grace, '/api/sessions', order())
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'WO-4004' } }])
    let isClosed = false
    const closed = app.context.sessions.close().then(() => {
      isClosed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).toBe(false)
    release()
    expect((await removal).status).toBe(204)
    await closed
  })

  it('keeps people apart where nothing else does, also from what was left behind', async () => {
    const app = await start({ isolation: 'open' })
    const id = await openSession(app, ada)
    await app.call(ada, `/api/sessions/${id}`, { method: 'DELETE' })
    const answer = await app.call(grace, '/api/sessions', order())
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 'WO-4007' } }])
    await openSession(app, ada)
  })

  it('lets people who trust one another share an open worker', async () => {
    const rules = { ...aFleet().sessions, isolation: 'trusted' as const }
    const app = await start({
      isolation: 'open',
      fleet: aFleet({ workers: aFleet().workers.slice(0, 1), sessions: rules }),
    })
    await openSession(app, ada)
    await openSession(app, grace)
  })
})

describe('opening a terminal', () => {
  it('greets its owner', async () => {
    const app = await start()
    expect(await attach(app, ada, await openSession(app, ada))).toBe(`hello ${ada}`)
  })

  it.for([
    ['a foreign Origin', { origin: 'https://evil.example' }, 403],
    ['no Origin', { origin: '' }, 403],
    ['a null Origin', { origin: 'null' }, 403],
    ['another subprotocol', { protocol: 'chat' }, 400],
  ] as const)('refuses %s', async ([, options, status]) => {
    const app = await start()
    expect(await attach(app, ada, await openSession(app, ada), options)).toBe(status)
  })

  it('refuses more sockets than one person can need, and no others', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    const other = await openSession(app, grace)
    const results = await Promise.all(Array.from({ length: 70 }, () => attach(app, ada, id)))
    expect(results).toContain(429)
    expect(await attach(app, grace, other)).toBe(`hello ${grace}`)
  })

  it('gives nothing to a peer that is not the proxy', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    const strangers = await start({ isProxy: () => false })
    expect(await attach(strangers, ada, id)).toBe(401)
  })
})

describe('leaving sessions behind', () => {
  it('ends what nobody watched, typed into or heard from, and nothing else', async () => {
    const fleet = aFleet({
      workers: aFleet().workers.slice(0, 1),
      sessions: { ...aFleet().sessions, idleTimeoutMs: 1 },
    })
    const app = await start({ fleet })
    const [idle, watched] = [await openSession(app, ada), await openSession(app, ada)]
    const terminal = app.launcher.terminals.get(watched)
    if (terminal) terminal.viewerCount = 1
    await new Promise((resolve) => setTimeout(resolve, 5))
    await app.context.sessions.sweep()
    expect(app.context.sessions.list(ada).map(({ id }) => id)).toEqual([watched])
    expect(app.launcher.discarded).toEqual([idle])
  })

  it('tells viewers before the worker goes, and takes nobody any more', async () => {
    const app = await start()
    const id = await openSession(app, ada)
    await app.context.sessions.close()
    expect(app.launcher.terminals.get(id)?.events).toEqual(['draining', 'stop', 'close 1012'])
    expect((await app.call(ada, '/api/sessions', order())).status).toBe(503)
  })

  it('does not leave a program running that was still starting when the worker went', async () => {
    const app = await start()
    let release = () => {}
    app.launcher.hold = new Promise((resolve) => {
      release = resolve
    })
    const starting = app.call(ada, '/api/sessions', order())
    while (app.context.sessions.liveCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    const closing = app.context.sessions.close()
    release()
    await closing
    expect((await starting).status).toBe(503)
    expect([...app.launcher.terminals.values()].map(({ events }) => events)).toEqual([['stop', 'close 1012']])
  })
})
