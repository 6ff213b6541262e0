import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { virtualClock } from '../clock.ts'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
const apps = '/api/2.0/apps'
beforeEach(async () => {
  bench = await startBench({ clock: virtualClock() })
})
afterEach(() => bench.close())

describe('recorded requests', () => {
  it('tell method, path, status and principal, and count reads and writes', async () => {
    await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    await bench.get(`${apps}/none`, { token: bench.tokenOf('ann@example.org') })
    await bench.get(apps, { token: null })
    const { json } = await bench.get('/__emulator/requests')
    expect(
      json.requests.map((r: Record<string, unknown>) => [r['method'], r['path'], r['status'], r['principal']]),
    ).toEqual([
      ['POST', apps, 200, 'operator@workshop.test'],
      ['GET', `${apps}/none`, 404, 'ann@example.org'],
      ['GET', apps, 401, undefined],
    ])
    expect(json.counts).toEqual({ total: 3, reads: 2, writes: 1 })
    await bench.send('DELETE', '/__emulator/requests')
    expect((await bench.get('/__emulator/requests')).json.requests).toEqual([])
  })
})

describe('faults', () => {
  const fault = (body: object) => bench.post('/__emulator/faults', body)

  it('before the effect leave the workspace alone', async () => {
    await fault({ method: 'POST', path: '/api/2.0/apps', status: 503, times: 1 })
    const reply = await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    expect(reply).toMatchObject({ status: 503, json: { error_code: 'TEMPORARILY_UNAVAILABLE' } })
    expect((await bench.get(apps)).json).toEqual({})
    expect((await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })).status).toBe(200)
  })

  it('after the effect lose the answer only', async () => {
    await fault({ method: 'POST', path: '/api/2.0/apps', reset: true, times: 1, when: 'after' })
    await expect(bench.post(`${apps}?no_compute=true`, { name: 'w-01' })).rejects.toThrow(/ECONNRESET|socket hang up/)
    expect((await bench.get(apps)).json.apps).toHaveLength(1)
    const { json } = await bench.get('/__emulator/requests')
    expect(json.requests[0]).toMatchObject({ status: 0, fault: expect.any(String) })
  })

  it('skip some matches, strike some, and carry body and Retry-After', async () => {
    await fault({ path: '/api/2.0/**', after: 1, times: 2, status: 429, body: { any: 'thing' }, retryAfter: 3 })
    const replies = []
    for (let index = 0; index < 4; index++) replies.push(await bench.get(apps))
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 200])
    expect(replies[1]).toMatchObject({ json: { any: 'thing' }, headers: { 'retry-after': '3' } })
  })

  it('match decoded paths segment by segment, and can be taken back', async () => {
    const { id } = (await fault({ path: '/api/2.0/apps/*', status: 500 })).json
    expect((await bench.get(`${apps}/a/deployments`)).status).toBe(404)
    expect((await bench.get(`${apps}/a`)).status).toBe(500)
    expect((await bench.get('/__emulator/faults')).json.faults[0]).toMatchObject({ id, matched: 1 })
    await bench.send('DELETE', `/__emulator/faults/${id}`)
    expect((await bench.get(`${apps}/a`)).status).toBe(404)
  })

  it('may only delay', async () => {
    await fault({ path: '/api/2.0/apps', delayMs: 120 })
    const before = performance.now()
    expect((await bench.get(apps)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(110)
  })

  it.for([
    {},
    { path: 'x', status: 500 },
    { path: '/x' },
    { path: '/x', status: 99 },
    { path: '/x', status: 500, when: 'never' },
  ])('are refused as %j', async (body) => {
    expect((await fault(body)).status).toBe(400)
  })
})

describe('stale reads', () => {
  it('show apps as they were a while ago', async () => {
    const advance = (ms: number) => bench.post('/__emulator/clock/advance', { ms })
    await bench.post('/__emulator/staleness', { ms: 1_000 })
    await bench.post(`${apps}?no_compute=true`, { name: 'w-01', description: 'old' })
    expect((await bench.get(`${apps}/w-01`)).status).toBe(404)
    await advance(1_000)
    expect((await bench.get(apps)).json.apps).toHaveLength(1)
    await bench.post(`${apps}/w-01/update`, { app: { description: 'new' }, update_mask: 'description' })
    expect((await bench.get(`${apps}/w-01`)).json.description).toBe('old')
    await advance(1_000)
    expect((await bench.get(`${apps}/w-01`)).json.description).toBe('new')
    await bench.send('DELETE', `${apps}/w-01`)
    expect((await bench.get(`${apps}/w-01`)).json.compute_status.state).toBe('STOPPED')
    await advance(1_000)
    await bench.until(`${apps}/w-01`, ({ status }) => status === 404)
  })
})

describe('the roster and the state', () => {
  it('can be filled while it runs', async () => {
    await bench.post('/__emulator/users', {
      users: [{ email: 'cy@example.org', displayName: 'Cy', groups: ['new'] }, { email: 'di@example.org' }],
    })
    await bench.post('/__emulator/groups', { displayName: 'all', members: ['new', 'di@example.org'] })
    const { json } = await bench.get('/__emulator/state')
    expect(json.groups).toContainEqual({ displayName: 'all', members: ['new', 'di@example.org'] })
    await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    expect(bench.emulator.directory.people('w-01').map(({ email }) => email)).toContain('cy@example.org')
    expect((await bench.post('/__emulator/users', { email: 'no address' })).status).toBe(400)
  })

  it('shows no secret and no token', async () => {
    await bench.post('/api/2.0/secrets/scopes/create', { scope: 's' })
    await bench.post('/api/2.0/secrets/put', { scope: 's', key: 'k', string_value: 'very-hush' })
    const made = await bench.post('/api/2.0/token/create', { comment: 'c' })
    const state = await bench.get('/__emulator/state')
    expect(state.json.scopes[0].keys[0].key).toBe('k')
    expect(state.text).not.toMatch(/very-hush|dapi-test/)
    expect(state.text).not.toContain(made.json.token_value)
  })

  it('durations can be set by name', async () => {
    const { json } = await bench.post('/__emulator/durations', { STARTING: 5 })
    expect(json).toMatchObject({ STARTING: 5, STOPPING: 0 })
    expect((await bench.post('/__emulator/durations', { FLYING: 5 })).status).toBe(400)
  })
})
