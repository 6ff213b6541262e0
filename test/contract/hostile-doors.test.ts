/** Hostile cases 1 to 7 and 10 against a worker as a real process: who comes in by which door. docs/reference/hostile-cases.md has the whole table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { terminalHttpPath } from '../../contracts/terminal-http.ts'
import { ada, grace, helloFields, startHostileWorker, terminalPath } from '../support/hostile-worker.ts'
import { rawRequest } from '../support/raw-socket.ts'
import { eventually } from '../support/terminal-rig.ts'

let worker: Awaited<ReturnType<typeof startHostileWorker>>
beforeAll(async () => {
  worker = await startHostileWorker()
})
afterAll(() => worker?.run.stop())

const viewersOf = async (email: string) =>
  ((await (await worker.run.call(email, '/api/sessions')).json()) as { viewers: number }[])[0]?.viewers

describe('case 1: an upgrade from another page', () => {
  it.for([
    ['a foreign Origin', () => 'https://evil.example'],
    ['a null Origin', () => 'null'],
    ['our host as a prefix', () => `${worker.run.origin}.evil.example`],
    ['our host as a suffix', () => worker.run.origin.replace('://', '://evil.')],
    ['our host as a user', () => worker.run.origin.replace('://', '://first-worker-1.apps.localhost@evil.example/')],
    ['another port', () => worker.run.origin.replace(/\d+$/, '9')],
    ['another scheme', () => worker.run.origin.replace('http:', 'https:')],
    ['another app of the platform', () => worker.run.origin.replace('worker-1', 'worker-2')],
    ['a slash at the end', () => `${worker.run.origin}/`],
  ] as readonly (readonly [string, () => string])[])('is refused with %s', async ([, origin]) => {
    expect(await worker.upgrade(terminalPath(worker.adas), worker.as(ada, { origin: origin() }))).toBe(403)
  })

  it('is let through from our own page', async () => {
    expect(await worker.upgrade(terminalPath(worker.adas), worker.as(ada))).toBe(101)
  })
})

describe('case 2: an upgrade without Origin', () => {
  it('is refused, whatever cookies come with it', async () => {
    const headers = Object.entries({
      ...worker.run.headersOf(ada),
      cookie: '__Host-databricksapps=valid; session=valid',
    })
    expect(await worker.upgrade(terminalPath(worker.adas), headers)).toBe(403)
  })
})

describe('case 3: without credentials', () => {
  const doors = () => [
    '/',
    '/api/me',
    '/api/guide',
    '/api/sessions',
    '/api/control/status',
    `/api/sessions/${worker.adas}`,
    `/api/sessions/${worker.adas}/files/a.png`,
    terminalPath(worker.adas),
    terminalHttpPath(worker.adas),
    terminalHttpPath(worker.adas, '0'.repeat(32)),
  ]
  const host = () => ['x-forwarded-host', new URL(worker.run.origin).host] as [string, string]
  const origin = () => ['origin', worker.run.origin] as [string, string]

  it('every route answers 401 or 404, under every method', async () => {
    for (const door of doors())
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])
        expect([400, 401, 404], `${method} ${door}`).toContain(
          (await worker.request(method, door, [host(), origin()], method === 'GET' ? undefined : '{}')).status,
        )
  })

  it('no upgrade is accepted, under no spelling and no subprotocol, and no terminal is touched', async () => {
    const path = terminalPath(worker.adas)
    const before = await viewersOf(ada)
    const spellings = [path, `/${path}`, path.replace('/api/', '/%61pi/'), `${path}/`, `${path}?a=b`, `http://a${path}`]
    for (const target of [...spellings, '/', '/ws', '/api/me'])
      for (const protocol of ['term.v1', 'tty', 'term.v1, tty', null])
        expect([400, 401, 404], `${target} ${protocol}`).toContain(
          await worker.upgrade(target, [host(), origin()], protocol),
        )
    expect(await viewersOf(ada)).toBe(before)
  })

  it('a person’s own upgrade takes no other path and no other subprotocol', async () => {
    const path = terminalPath(worker.adas)
    for (const target of [`/${path}`, `${path}/`, path.replace('terminal', 'Terminal'), '/api/me', '/'])
      expect([400, 404], target).toContain(await worker.upgrade(target, worker.as(ada)))
    for (const protocol of ['tty', 'term.v2', 'TERM.V1', null])
      expect(await worker.upgrade(path, worker.as(ada), protocol)).toBe(400)
  })
})

describe('case 4: a session that is not theirs, or not any more', () => {
  it('is refused for another person and for another id', async () => {
    expect(await worker.upgrade(terminalPath(worker.adas), worker.as(grace))).toBe(404)
    expect(await worker.upgrade(terminalPath('0'.repeat(32)), worker.as(ada))).toBe(404)
    expect(await worker.upgrade(terminalPath(worker.adas), worker.as('mallory@example.com'))).toBe(403)
  })

  it('is closed on a live socket, and refused from then on, when its person leaves the roster', async () => {
    const terminal = await worker.attach(grace, worker.graces)
    await terminal.see(/./)
    const body = encodeClient({ type: 'hello', hello: helloFields(worker.graces) })
    const frame = Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]).toString('latin1')
    const binary = { 'content-type': 'application/octet-stream' }
    const before = worker.fleet()
    expect(await worker.reload({ participants: [ada] })).toBe(204)
    expect(await terminal.closed).toBe(4403)
    expect(await worker.upgrade(terminalPath(worker.graces), worker.as(grace))).toBe(403)
    expect(
      (await worker.request('POST', terminalHttpPath(worker.graces), worker.as(grace, binary), frame)).status,
    ).toBe(403)
    expect((await worker.run.call(grace, '/api/sessions')).status).toBe(403)
    expect(await worker.reload(before)).toBe(204)
    expect(await worker.upgrade(terminalPath(worker.graces), worker.as(grace))).toBe(101)
  })
})

describe('case 5: parameters that name another host', () => {
  it('change no answer and no connection', async () => {
    const query = '?worker=http://evil.example&gatewayUrl=//evil.example&url=evil.example&next=//evil.example&ws=evil'
    for (const path of ['/', '/api/me', '/api/sessions', '/api/join']) {
      const accept: [string, string] = ['accept', 'text/html']
      const plain = await worker.request('GET', path, [...worker.as(ada), accept])
      const named = await worker.request('GET', `${path}${query}`, [...worker.as(ada), accept])
      expect([named.status, named.head.includes('evil')], path).toEqual([plain.status, false])
    }
    expect(await worker.upgrade(`${terminalPath(worker.adas)}${query}`, worker.as(ada))).toBe(101)
  })
})

describe('case 6: a change that another page asks for', () => {
  it.for([
    ['a plain text', { 'content-type': 'text/plain' }, 400],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['a form with a file', { 'content-type': 'multipart/form-data; boundary=a' }, 400],
    ['no type', { 'content-type': '' }, 400],
    ['a cross-site fetch', { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }, 403],
    ['a fetch of a sibling', { 'content-type': 'application/json', 'sec-fetch-site': 'same-site' }, 403],
    ['no-cors', { 'content-type': 'text/plain', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }, 403],
  ] as const)('is refused as %s', async ([, headers, status]) => {
    const answer = await worker.request('POST', '/api/sessions', worker.as(ada, headers), '{"agent":"shell"}')
    expect(answer.status).toBe(status)
    expect(await (await worker.run.call(ada, '/api/sessions')).json()).toHaveLength(1)
  })
})

describe('case 7: cookies', () => {
  it('say nothing about who asks, however many there are, and none is ever set', async () => {
    const cookies = [
      'user=grace@example.com; user=ada@example.com',
      '__Host-databricksapps=a',
      `session=${worker.graces}`,
    ]
    const headers = [...worker.as(ada), ...cookies.map((cookie) => ['cookie', cookie] as [string, string])]
    for (const path of ['/api/me', '/api/sessions', '/'])
      expect((await worker.request('GET', path, headers)).head.toLowerCase(), path).not.toContain('set-cookie')
    const { head, socket } = await rawRequest({ port: worker.run.port, target: '/api/me', headers })
    socket.destroy()
    expect(head).toContain(ada)
    expect(await worker.upgrade(terminalPath(worker.graces), headers)).toBe(404)
  })
})

describe('case 10: one person and another one’s session', () => {
  it('reads, types, resizes, ends and brings nothing, and leaves a line for whoever looks', async () => {
    const binary = { 'content-type': 'application/octet-stream' }
    const json = { 'content-type': 'application/json' }
    const ways: [string, string, Record<string, string>, string?][] = [
      ['DELETE', `/api/sessions/${worker.adas}`, {}],
      ['POST', `/api/sessions/${worker.adas}/restart`, json, '{}'],
      ['PUT', `/api/sessions/${worker.adas}/files/a.png`, binary, 'x'],
      ['POST', terminalHttpPath(worker.adas), binary, 'x'],
      ['GET', `${terminalHttpPath(worker.adas, '0'.repeat(32))}?batch=0`, {}],
      ['POST', `${terminalHttpPath(worker.adas, '0'.repeat(32))}?batch=0`, binary, 'x'],
    ]
    for (const [method, target, headers, body] of ways) {
      const lines = foreignLines()
      expect(
        (await worker.request(method, target, worker.as(grace, headers), body)).status,
        `${method} ${target}`,
      ).toBe(404)
      await eventually(`a line for ${method} ${target}`, () => foreignLines() > lines)
    }
    const lines = foreignLines()
    expect(await worker.upgrade(terminalPath(worker.adas), worker.as(grace))).toBe(404)
    await eventually('a line', () => foreignLines() > lines)
    for (const filter of ['', `?owner=${ada}`, '?all=true', `?id=${worker.adas}`])
      expect(JSON.stringify(await (await worker.run.call(grace, `/api/sessions${filter}`)).json())).not.toContain(
        worker.adas,
      )
  })

  it('is refused by an old id as by one that never was', async () => {
    const made = await worker.openShell(ada)
    expect((await worker.run.call(ada, `/api/sessions/${made}`, { method: 'DELETE' })).status).toBe(204)
    expect(await worker.upgrade(terminalPath(made), worker.as(ada))).toBe(404)
    expect(await worker.upgrade(terminalPath(made), worker.as(grace))).toBe(404)
  })

  const foreignLines = (): number =>
    worker.run
      .output()
      .split('\n')
      .filter((line) => line.includes("another person's session") && line.includes(grace)).length
})
