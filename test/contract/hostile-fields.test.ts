/** Hostile cases 8 and 19 against a worker as a real process: what stands in fields, names and logs. */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, collect, grace, helloFields, startHostileWorker, terminalPath } from '../support/hostile-worker.ts'
import { closeCodeOf, rawFrame, rawUpgrade } from '../support/raw-socket.ts'
import { eventually } from '../support/terminal-rig.ts'

const marker = join(tmpdir(), `hostile-${process.pid}`)

let worker: Awaited<ReturnType<typeof startHostileWorker>>
beforeAll(async () => {
  worker = await startHostileWorker()
})
afterAll(() => worker?.run.stop())

describe('case 8: what a shell, a parser or a schema might trip over', () => {
  const json = { 'content-type': 'application/json' }
  const touch = `$(touch ${marker})`

  it.for([
    ['shell words as an agent', { agent: touch }],
    ['an option as an agent', { agent: '--version' }],
    ['a path as an agent', { agent: '../../bin/sh' }],
    ['a list as an agent', { agent: ['shell'] }],
    ['line ends in a title', { agent: 'shell', title: `a\n${touch}` }],
    ['an object as a title', { agent: 'shell', title: { toString: 'a' } }],
    ['a number too large as a size', { agent: 'shell', cols: 1e300 }],
    ['a negative size', { agent: 'shell', rows: -1 }],
    ['an environment', { agent: 'shell', env: { LD_PRELOAD: marker } }],
    ['a command', { agent: 'shell', command: touch }],
    ['a list for the whole', ['shell']],
    ['a text for the whole', 'shell'],
  ] as const)('is refused by the schema: %s', async ([, body]) => {
    expect((await worker.request('POST', '/api/sessions', worker.as(ada, json), JSON.stringify(body))).status).toBe(400)
    expect(existsSync(marker)).toBe(false)
  })

  it.for([
    ['a body that is no JSON', '{"agent":'],
    ['a body of the wrong length', '{"agent":"shell"}{"agent":"shell"}'],
    ['a poisoned prototype', '{"agent":"shell","__proto__":{"admin":true}}'],
    ['a body of 20 KB', JSON.stringify({ agent: 'a'.repeat(20_000) })],
    ['a body nested a thousand deep', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ])('is refused before anybody looks: %s', async ([, body = '']) => {
    expect([400, 413]).toContain((await worker.request('POST', '/api/sessions', worker.as(ada, json), body)).status)
  })

  it.for([
    ['a session that is a list', { session: ['a'] }],
    ['a client that is an object', { client: { a: 1 } }],
    ['a client of 1 MB', { client: 'c'.repeat(60_000) }],
    ['a sequence that is a text', { inSeq: '0' }],
    ['a sequence that is no whole number', { inSeq: 0.5 }],
    ['a size of nothing', { cols: null }],
    ['a role that there is not', { role: 'admin' }],
    ['a window without end', { window: 1e308 }],
    ['an epoch that is shell words', { epoch: [touch], from: -1 }],
  ] as const)('closes the socket and nothing else: HELLO with %s', async ([, more]) => {
    const { socket } = await rawUpgrade(worker.run.port, terminalPath(worker.adas), worker.as(ada))
    const received = collect(socket)
    const fields = { ...helloFields(worker.adas), ...more }
    socket.write(rawFrame(Buffer.concat([Buffer.of(1), Buffer.from(JSON.stringify(fields))])))
    await eventually('the close', () => socket.destroyed || closeCodeOf(received()) === 4400)
    socket.destroy()
    expect(worker.run.child.exitCode).toBeNull()
  })

  it.for([`--help; ${touch} & %s {{7*7}}`, `\`touch ${marker}\``])(
    'is only text where a text is allowed: %s',
    async (title) => {
      const answer = await worker.run.call(grace, '/api/sessions', {
        method: 'POST',
        body: JSON.stringify({ agent: 'shell', title }),
      })
      const made = (await answer.json()) as { id: string; title: string }
      expect([answer.status, made.title]).toEqual([201, title])
      const terminal = await worker.attach(grace, made.id)
      terminal.type('echo al""ive\n')
      await terminal.see(/alive/)
      terminal.close()
      expect((await worker.run.call(grace, `/api/sessions/${made.id}`, { method: 'DELETE' })).status).toBe(204)
      expect(existsSync(marker)).toBe(false)
    },
  )
})

describe('case 19: names and errors in the log', () => {
  it('stay on their line, as JSON, without a control character', async () => {
    const nasty = '%0d%0a{"level":60}%1b[31m%22%5c=cmd|calc'
    await worker.request('GET', `/${nasty}`, worker.as(ada))
    await worker.request(
      'PUT',
      `/api/sessions/${worker.adas}/files/${nasty}`,
      worker.as(ada, { 'content-type': 'application/octet-stream' }),
      'x',
    )
    await worker.request(
      'GET',
      '/api/me',
      worker.as(ada, { 'user-agent': 'a\u001b[2J{"x":1}', 'x-forwarded-preferred-username': '=cmd' }),
    )
    await worker.request(
      'POST',
      '/api/sessions',
      worker.as(ada, { 'content-type': 'application/json' }),
      '{"agent":"=cmd\\u001b[31m\\r\\n"}',
    )
    await worker.run.call(grace, '/api/sessions', {
      method: 'POST',
      body: JSON.stringify({ agent: 'shell', title: '=cmd|calc "}\\' }),
    })
    const lines = worker.run.output().split('\n').filter(Boolean)
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(() => JSON.parse(line), line).not.toThrow()
    }
    expect(lines.some((line) => JSON.parse(line).level === 60)).toBe(false)
  })
})
