import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmulator } from './server.ts'
import { type Bench, startBench } from './testing/client.ts'
import { idleAppHost } from './testing/idle-app-host.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

describe('the door', () => {
  it.for([
    ['another name', '/api/2.0/apps', { host: 'evil.example' }, 421],
    ['another name on the control API', '/__emulator/state', { host: 'evil.example' }, 421],
    ['a page of another origin on the control API', '/__emulator/state', { origin: 'http://w-01.apps.localhost' }, 403],
    ['an app that does not exist', '/', { host: 'w-01.apps.localhost' }, 404],
  ] as const)('is shut for %s', async ([, path, headers, status]) => {
    expect((await bench.get(path, { headers })).status).toBe(status)
  })

  it('answers unknown APIs with the error body of the platform', async () => {
    const reply = await bench.get('/api/2.1/jobs/list')
    expect(reply).toMatchObject({
      status: 404,
      json: { error_code: 'ENDPOINT_NOT_FOUND', message: "No API found for 'GET /api/2.1/jobs/list'." },
    })
    expect((await bench.send('PUT', '/api/2.0/apps')).status).toBe(404)
  })

  it('takes telemetry and forgets it', async () => {
    expect((await bench.post('/telemetry-ext', {}, { token: null })).json).toEqual({})
  })
})

describe('models', () => {
  const ask = (token: string | null, model = 'databricks-claude-sonnet-4-6') =>
    bench.post(
      '/serving-endpoints/anthropic/v1/messages',
      { model, max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] },
      { token },
    )

  it('answer those who are known, and are recorded', async () => {
    expect((await ask(null)).status).toBe(401)
    const answered = await ask(bench.tokenOf('ann@example.org'))
    expect(answered).toMatchObject({ status: 200, json: { type: 'message', role: 'assistant' } })
    expect(bench.emulator.recorder.all().map(({ status, principal }) => [status, principal])).toEqual([
      [401, undefined],
      [200, 'ann@example.org'],
    ])
  })

  it('fail when they are told to, by fault and by their own control', async () => {
    await bench.post('/__emulator/faults', { path: '/serving-endpoints/**', status: 429, times: 1 })
    expect((await ask('dapi-test')).json.error_code).toBe('REQUEST_LIMIT_EXCEEDED')
    await bench.post('/__emulator/models', { failNext: { count: 1, status: 503 } })
    expect((await ask('dapi-test')).status).toBe(503)
    expect((await ask('dapi-test')).status).toBe(200)
  })
})

describe('starting and closing', () => {
  it('leaves no folder behind', async () => {
    const { stateDir } = bench.emulator.workspace
    expect(existsSync(stateDir)).toBe(true)
    await bench.close()
    expect(existsSync(stateDir)).toBe(false)
  })

  it('rejects when the port is taken, and leaves no folder either', async () => {
    const stateDir = join(tmpdir(), `never-made-${randomUUID()}`)
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startEmulator({ port, token: 't', appHost: idleAppHost(), stateDir })).rejects.toThrow('EADDRINUSE')
    expect(existsSync(stateDir)).toBe(false)
    other.close()
  })
})

describe('the program', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))

  it('prints one ready line, takes a roster and ends with its parent', async () => {
    const child = spawn(process.execPath, [
      main,
      '--token',
      't',
      '--users',
      'Cy <cy@example.org>,di@example.org',
      '--exit-with-parent',
    ])
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const ready = JSON.parse(line.toString())
    const reply = await fetch(`${ready.url}/__emulator/state`)
    const state = (await reply.json()) as { users: { userName: string }[] }
    expect(state.users.map(({ userName }) => userName)).toContain('cy@example.org')
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('says why it cannot start', async () => {
    const child = spawn(process.execPath, [main, '--token', 't', '--port', String(bench.emulator.port)])
    const chunks: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    expect(Buffer.concat(chunks).toString()).toContain('the port is taken; choose another with --port')
  })
})
