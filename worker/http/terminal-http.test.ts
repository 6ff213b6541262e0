import { createHash } from 'node:crypto'
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { encodeClient } from '@workshop/contracts/terminal-encode'
import { joinFrames, type OpenedConnection, splitFrames, terminalHttpPath } from '@workshop/contracts/terminal-http'
import type { ClientFrame, ServerFrame } from '@workshop/contracts/terminal-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { Conversation } from '../terminal/conversation.ts'
import { TerminalSession } from '../terminal/session.ts'
import { startTestApp } from './app.fixture.ts'

const ada = 'ada@example.com'
const grace = 'grace@example.com'
const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/** An app with one session of ada's that runs `script`. */
async function start(script: string) {
  let session: TerminalSession | undefined
  const app = await startTestApp({
    fleet: aFleet({ workers: aFleet().workers.slice(0, 1) }),
    converse: (link, _terminal, { email }) => {
      if (session === undefined) throw new Error('no session')
      return new Conversation(link, session, { email, role: 'control' })
    },
  })
  opened.push(app.close)
  const order = { method: 'POST', body: JSON.stringify({ agent: 'shell' }) }
  const { id } = (await (await app.call(ada, '/api/sessions', order)).json()) as { id: string }
  const launch = { file: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, cwd: '/' }
  const started = new TerminalSession({ id, launch, cols: 80, rows: 24 })
  session = started
  opened.push(() => started.close())
  return { app, id, session: started }
}

type App = Awaited<ReturnType<typeof start>>

const binary = { 'content-type': 'application/octet-stream' }

function post(app: App['app'], path: string, frames: readonly ClientFrame[], email = ada) {
  const body = joinFrames(frames.map((frame) => encodeClient(frame)))
  return app.call(email, path, { method: 'POST', body, headers: binary })
}

const hello = (session: string): ClientFrame => {
  const size = { cols: 80, rows: 24, visible: true }
  return { type: 'hello', hello: { session, client: 'c', inSeq: 0, ...size, role: 'control', window: 262_144 } }
}

/** Opens a connection; `lose` decides for each later request whether its answer gets lost, so that it is repeated. */
async function connect({ app, id }: App, lose: () => boolean = () => false) {
  const { connection } = (await (await post(app, terminalHttpPath(id), [hello(id)])).json()) as OpenedConnection
  const path = terminalHttpPath(id, connection)
  const twice = async (ask: () => Promise<Response>) => {
    if (lose()) await (await ask()).arrayBuffer()
    return ask()
  }
  let polls = 0
  let posts = 0
  const poll = async (): Promise<readonly ServerFrame[] | unknown> => {
    const answer = await twice(() => app.call(ada, `${path}?batch=${polls}`))
    if (answer.status === 204) return []
    if (answer.status !== 200) return { status: answer.status, ...((await answer.json()) as object) }
    polls += 1
    return splitFrames(new Uint8Array(await answer.arrayBuffer())).map((bytes) => decodeServer(bytes))
  }
  const send = async (...frames: ClientFrame[]) => {
    const answer = await twice(() => post(app, `${path}?batch=${posts}`, frames))
    posts += 1
    return answer.status
  }
  return { path, poll, send }
}

describe('a terminal over plain requests', () => {
  it('shows and types every byte once, although answers get lost', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i + 1}\r\n`).join('')
    const app = await start(
      'stty -echo; echo ready; read a; echo "$a" | sha1sum; stty -onlcr; seq 1 30000 | sed "s/$/\\r/"; read b',
    )
    let asked = 0
    const lose = () => ++asked % 3 === 0
    const { poll, send } = await connect(app, lose)
    let output = ''
    const look = async () => {
      let seen: number | undefined
      for (const frame of (await poll()) as ServerFrame[]) {
        if (frame.type !== 'output') continue
        output += Buffer.from(frame.data).toString('latin1')
        seen = frame.offset + frame.data.length
      }
      if (seen !== undefined) await send({ type: 'ack', offset: seen })
    }
    while (!output.includes('ready')) await look()
    const text = 'exactly once '.repeat(200)
    let inSeq = 0
    for (let at = 0; at < text.length; at += 700) {
      const data = Buffer.from(text.slice(at, at + 700))
      await send({ type: 'input', inSeq, data })
      inSeq += data.length
    }
    await send({ type: 'input', inSeq, data: Buffer.from('\r') })
    const sum = createHash('sha1').update(`${text.trim()}\n`).digest('hex')
    const expected = `ready\r\n${sum}  -\r\n${lines}`
    while (output.length < expected.length) await look()
    expect(output).toBe(expected)
    expect(asked).toBeGreaterThan(12)
  })

  it('is only its owner’s, only for our own page, and only binary', async () => {
    const app = await start('read a')
    const { path } = await connect(app)
    const frames = [hello(app.id)]
    const status = async (answer: Promise<Response>) => (await answer).status
    const foreign = { ...binary, origin: 'https://other.example.com' }
    expect(await status(post(app.app, terminalHttpPath(app.id), frames, grace))).toBe(404)
    expect(await status(app.app.call(grace, `${path}?batch=0`))).toBe(404)
    expect(await status(app.app.call(ada, path, { method: 'POST', body: '{}' }))).toBe(400)
    const forged = { method: 'POST', body: joinFrames([]), headers: foreign }
    expect(await status(app.app.call(ada, `${path}?batch=0`, forged))).toBe(403)
    expect(await status(app.app.call(ada, `${terminalHttpPath(app.id, '0'.repeat(32))}?batch=0`))).toBe(404)
  })

  it('refuses a gap between batches and bodies over the bound', async () => {
    const app = await start('read a')
    const { path } = await connect(app)
    expect((await post(app.app, `${path}?batch=1`, [])).status).toBe(400)
    expect((await app.app.call(ada, `${path}?batch=5`)).status).toBe(400)
    const body = new Uint8Array(131_073)
    expect((await app.app.call(ada, `${path}?batch=0`, { method: 'POST', body, headers: binary })).status).toBe(400)
  })

  it('tells a broken protocol, the end of a session and a lost place in words of their own, after the last frame', async () => {
    const app = await start('printf last; read a')
    const broken = await connect(app)
    await broken.poll()
    await broken.send({ type: 'ack', offset: 1e9 })
    const answers = [await broken.poll(), await broken.poll()]
    expect(answers).toContainEqual({ status: 410, code: 4400, reason: expect.stringContaining('beyond') })
    const dropped = await connect(app)
    app.app.polled?.dropWhere(({ person }) => person.email === ada)
    await dropped.poll()
    expect(await dropped.poll()).toMatchObject({ status: 410, code: 4403 })
    const ended = await connect(app)
    app.session.close()
    expect((await ended.poll()) as ServerFrame[]).toContainEqual(expect.objectContaining({ type: 'welcome' }))
    expect(await ended.poll()).toMatchObject({ status: 410, code: 1000 })
  })

  it('ends when the page says so, and frees its place', async () => {
    const app = await start('read a')
    const { path, poll } = await connect(app)
    await poll()
    expect(app.session.info().viewers).toBe(1)
    expect((await app.app.call(ada, path, { method: 'DELETE', headers: binary })).status).toBe(204)
    expect(app.session.info().viewers).toBe(0)
    expect((await app.app.call(ada, `${path}?batch=0`)).status).toBe(404)
  })

  it('answers the newer of two polls', async () => {
    const app = await start('read a; echo "[$a]"; read b')
    const { path, send, poll } = await connect(app)
    await poll()
    const older = app.app.call(ada, `${path}?batch=1`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const newer = app.app.call(ada, `${path}?batch=1`)
    await send({ type: 'input', inSeq: 0, data: Buffer.from('x\r') })
    expect((await older).status).toBe(204)
    expect((await newer).status).toBe(200)
  })
})
