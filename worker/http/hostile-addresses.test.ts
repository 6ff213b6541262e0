/** Hostile case 3: odd spellings of an address open no door that the plain one keeps shut. */
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { startTestApp } from './app.fixture.ts'

type App = Awaited<ReturnType<typeof startTestApp>>
const open: App[] = []

async function start(): Promise<App> {
  const app = await startTestApp({ fleet: aFleet({ workers: aFleet().workers.slice(0, 1) }) })
  open.push(app)
  return app
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

/** Sends the request line as it is; HTTP clients would tidy the target up. Resolves to the status. */
function raw(app: App, method: string, target: string, headers: Record<string, string>): Promise<number> {
  const body = method === 'POST' ? '{"on":true}' : ''
  const lines = Object.entries({
    host: 'worker',
    connection: 'close',
    'content-length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(app.port, '127.0.0.1', () => {
      socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)))
  })
}

const spellings = (path: string) => [
  path,
  path.replace('/api/', '/%61pi/'),
  path.replace('/control/', '/%63ontrol/'),
  path.replace('/control/', '/control%2f'),
  path.replace('/control/', '/control//'),
  path.replace('/control/', '/./control/'),
  path.replace('/control/', '/x/../control/'),
  `/${path}`,
  `http://worker${path}`,
]

describe('control routes under odd addresses', () => {
  it.for(spellings('/api/control/status'))('do not exist for a facilitator: GET %s', async (target) => {
    const app = await start()
    const headers = { ...app.headersOf('edsger@example.com'), origin: app.origin }
    expect([400, 404]).toContain(await raw(app, 'GET', target, headers))
  })

  it.for(spellings('/api/control/drain'))('take no order from a participant: POST %s', async (target) => {
    const app = await start()
    const headers = {
      ...app.headersOf('ada@example.com'),
      'content-type': 'application/json',
      origin: app.origin,
    }
    expect([400, 404]).toContain(await raw(app, 'POST', target, headers))
    expect(app.context.drain.isOn).toBe(false)
  })
})

describe('every other route under odd addresses', () => {
  it.for(['/api/me', '/%61pi/me', 'http://worker/api/me', '//api/me', '/assets/../api/me', '/'])(
    'answers nobody who names nobody: %s',
    async (target) => {
      const app = await start()
      expect([400, 401, 404]).toContain(await raw(app, 'GET', target, {}))
    },
  )

  it('holds a write to its Origin however it is spelled', async () => {
    const app = await start()
    const headers = { ...app.headersOf('ada@example.com'), 'content-type': 'application/json' }
    for (const target of ['/api/sessions', '/%61pi/sessions', 'http://worker/api/sessions'])
      expect(await raw(app, 'POST', target, headers)).toBe(403)
    expect(app.context.sessions.liveCount()).toBe(0)
  })

  it('holds a read to the page it comes from however it is spelled', async () => {
    const app = await start()
    const headers = { ...app.headersOf('ada@example.com'), 'sec-fetch-site': 'same-site' }
    for (const target of ['/api/sessions', '/%61pi/sessions', 'http://worker/api/sessions'])
      expect(await raw(app, 'GET', target, headers)).toBe(403)
  })
})
