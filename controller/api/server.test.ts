import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeController, fakeController, fakeView } from '../loop/fake-controller.ts'
import { createApi } from './server.ts'

const runKey = 'run-key-1'
const host = '127.0.0.1:8091'
const bearer = { host, authorization: `Bearer ${runKey}` }

let consoleDir: string
let controller: FakeController
let api: Awaited<ReturnType<typeof createApi>>

beforeEach(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), 'console-'))
  await writeFile(join(consoleDir, 'control-room.html'), '<title>Control room</title>')
  await writeFile(join(consoleDir, 'brand.svg'), '<svg/>')
  controller = fakeController(fakeView())
  api = await createApi({
    controller,
    admission: { keys: [runKey, 'dapi-operator'], operators: ['op@example.com'] },
    hosts: ['room.example.com', '.apps.example.org'],
    consoleDir,
    startedAt: 1000,
    onError: () => {},
  })
})

afterEach(async () => {
  await api.close()
  await rm(consoleDir, { recursive: true })
})

describe('who is let in', () => {
  it.for([
    ['the run key as bearer', 'GET', { authorization: 'Bearer run-key-1' }, '', 200],
    ['another accepted bearer', 'GET', { authorization: 'Bearer dapi-operator' }, '', 200],
    ['the key in the address of a GET', 'GET', {}, '?key=run-key-1', 200],
    ['the cookie', 'GET', { cookie: 'a=b; workshop_operator_key=run-key-1' }, '', 200],
    ['an operator whom the proxy vouches for', 'GET', { 'x-forwarded-email': 'Op@Example.com' }, '', 200],
    ['nobody', 'GET', {}, '', 401],
    ['a wrong key', 'GET', { authorization: 'Bearer run-key-2' }, '', 401],
    ['a participant behind the proxy', 'GET', { 'x-forwarded-email': 'ada@example.com' }, '', 401],
    ['the key in the address of a POST', 'POST', {}, '?key=run-key-1', 401],
    [
      'a POST of our own page',
      'POST',
      { cookie: 'workshop_operator_key=run-key-1', origin: `http://${host}` },
      '',
      202,
    ],
    [
      'a POST of a page elsewhere',
      'POST',
      { cookie: 'workshop_operator_key=run-key-1', origin: 'http://evil.test' },
      '',
      403,
    ],
  ] as const)('%s', async ([, method, headers, query, status]) => {
    const path = '/api/workshops/default/first-workshop'
    const url = `${path}${method === 'POST' ? '/reconcile' : ''}${query}`
    expect((await api.inject({ method, url, headers: { host, ...headers } })).statusCode).toBe(status)
  })

  it.for([
    ['127.0.0.1:8091', 200],
    ['localhost:1', 200],
    ['[::1]:8091', 200],
    ['ROOM.example.com', 200],
    ['room-1.aws.apps.example.org', 200],
    ['apps.example.org.example.net', 421],
    ['rebound.example.net', 421],
  ] as const)('checks the Host header: %s', async ([name, status]) => {
    const answer = await api.inject({ url: '/api/workshops', headers: { ...bearer, host: name } })
    expect(answer.statusCode).toBe(status)
  })

  it.for([
    '/%61pi/workshops',
    '/api%2Fworkshops',
    '//api/workshops',
    '/api/./workshops',
    '/x/../api/workshops',
    `http://${host}/api/workshops`,
    `http://${host}/api/workshops/default/first-workshop/reconcile`,
  ])('asks for the key however the address is spelled: %s', async (target) => {
    await api.listen({ port: 0, host: '127.0.0.1' })
    const { port } = api.server.address() as AddressInfo
    for (const method of ['GET', 'HEAD', 'POST']) {
      const status = await new Promise((resolve, reject) => {
        const headers = { host, 'content-type': 'application/json' }
        const call = request({ host: '127.0.0.1', port, method, path: target, headers }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        call.on('error', reject)
        call.end(method === 'POST' ? '{}' : undefined)
      })
      expect([401, 404]).toContain(status)
    }
    expect(controller.calls).toEqual([])
  })

  it('turns the key of the address into a cookie and takes it out of the address', async () => {
    const answer = await api.inject({ url: `/?key=${runKey}`, headers: { host } })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers).toMatchObject({
      location: '/',
      'set-cookie': 'workshop_operator_key=run-key-1; Path=/; HttpOnly; SameSite=Strict',
    })
  })
})

describe('the fleet API', () => {
  it('answers views, activity, and 404 with a code', async () => {
    const get = (url: string) => api.inject({ url, headers: bearer })
    expect((await get('/api/workshops')).json()).toHaveLength(1)
    expect((await get('/api/workshops/default/first-workshop')).json()).toMatchObject({ name: 'first-workshop' })
    expect((await get('/api/workshops/default/first-workshop/activity')).json()).toMatchObject([{ text: 'looked' }])
    const missing = await get('/api/workshops/default/other')
    expect([missing.statusCode, missing.json().error.code]).toEqual([404, 'WO-1161'])
  })

  it('passes orders on', async () => {
    const post = (url: string, payload: object) => api.inject({ method: 'POST', url, headers: bearer, payload })
    const base = '/api/workshops/default/first-workshop'
    expect((await post(`${base}/reconcile`, {})).statusCode).toBe(202)
    expect((await post(`${base}/suspend`, { on: true })).statusCode).toBe(202)
    expect((await post(`${base}/suspend`, { on: 'yes' })).json().error.code).toBe('WO-4009')
    expect(controller.calls).toEqual(['reconcile default/first-workshop deep', 'suspend default/first-workshop true'])
  })

  it('takes what is said in the room as a whole, and only what a room can hold', async () => {
    const put = (name: string, payload: object) =>
      api.inject({ method: 'PUT', url: `/api/workshops/default/${name}/room`, headers: bearer, payload })
    const before = controller.calls.length
    expect((await put('first-workshop', { announcement: { text: 'Lunch' } })).statusCode).toBe(202)
    expect(controller.calls.slice(before)).toEqual([
      'room default/first-workshop {"announcement":{"text":"Lunch","level":"info"}}',
    ])
    const refused = await put('first-workshop', { closesAt: 'soon' })
    expect([refused.statusCode, refused.json().error]).toMatchObject([400, { code: 'WO-1106', where: 'spec.closesAt' }])
    expect((await put('other', {})).statusCode).toBe(404)
  })

  it('is probed and measured without a key', async () => {
    const get = (url: string, name = host) => api.inject({ url, headers: { host: name } })
    expect((await get('/healthz', '10.1.2.3:8091')).statusCode).toBe(200)
    expect((await get('/readyz')).json()).toMatchObject({ ok: true })
    expect((await get('/metrics')).body).toContain('workshop_looks_total 1')
  })
})

describe('the control room', () => {
  it('is served under a strict policy, at every address that a browser opens', async () => {
    for (const url of ['/', '/workshops/default/first-workshop']) {
      const answer = await api.inject({ url, headers: { host, accept: 'text/html' } })
      expect(answer.body).toContain('Control room')
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    }
    expect((await api.inject({ url: '/brand.svg', headers: { host } })).statusCode).toBe(200)
    expect((await api.inject({ url: '/missing.js', headers: { host, accept: 'text/html' } })).statusCode).toBe(404)
    expect((await api.inject({ url: '/../../etc/passwd', headers: { host } })).statusCode).toBe(404)
  })
})

describe('live events', () => {
  it('begin with everything, go on with changes, and resume where a reader stopped', async () => {
    const port = Number(new URL(await api.listen({ port: 0, host: '127.0.0.1' })).port)
    const open = async (lastEventId?: string) => {
      const stop = new AbortController()
      const answer = await fetch(`http://127.0.0.1:${port}/api/events?key=${runKey}`, {
        signal: stop.signal,
        headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      })
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      const until = async (part: string) => {
        while (!text.includes(part)) text += (await reader?.read())?.value ?? ''
        return text
      }
      return { until, stop }
    }
    const first = await open()
    expect(await first.until('first-workshop')).toMatch(/id: 999\nevent: workshop\n/)
    controller.show(fakeView({ generation: 2 }))
    expect(await first.until('"generation":2')).toContain('id: 1000')
    first.stop.abort()

    controller.show(fakeView({ generation: 3 }))
    const second = await open('1000')
    const resumed = await second.until('"generation":3')
    expect(resumed).toContain('id: 1001')
    expect(resumed).not.toContain('"generation":2')
    second.stop.abort()
  })
})
