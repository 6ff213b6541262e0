import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../../support/bench-fleet.ts'
import { Participant } from '../../support/participant.ts'
import { type Product, repository, startProduct } from '../../support/product.ts'

/** The value of the workers' model token: in a file that only the spec names. */
const planted = 'dapi-planted-5ca1ab1e-0ddba11-cafe'
/** One that somebody writes where it does not belong. */
const misplaced = 'dapi0badc0de0badc0de0badc0de0badc0de'
const apps = ['vibe-hub', 'vibe-worker-1', 'vibe-worker-2']

let folder: string
let specFile: string
let good: string
let product: Product
/** Every place that was read, so that an empty one is seen. */
const read = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workshop-secrets-'))
  specFile = join(folder, 'first.workshop.yaml')
  const example = await readFile(join(repository, 'examples', 'first.workshop.yaml'), 'utf8')
  good = example.replace('  sessions:', '  credentials: {token: {file: model.token}}\n  sessions:')
  await writeFile(join(folder, 'model.token'), `${planted}\n`, { mode: 0o600 })
  await writeFile(specFile, good)
  product = await startProduct(specFile)
}, 300_000)

afterAll(async () => {
  await product?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** What nobody may see: the model token, the workspace's own token, and the key of the control room. */
const secrets = () => [planted, misplaced, product.operatorToken, runKey()]
const runKey = () => /[?#&/](?:key|k|run)=([^&#]+)/.exec(product.controlRoomUrl)?.[1] ?? ''
const leaksIn = (text: string, allowed: readonly string[] = []) =>
  secrets().filter((secret) => !allowed.includes(secret) && text.includes(secret))

async function command(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DATABRICKS_HOST: product.emulatorUrl, DATABRICKS_TOKEN: product.operatorToken }
  const program = ['controller/cli/main.ts', '--state-dir', join(folder, 'state'), ...args]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { cwd: repository, env }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return stdout + stderr
}

async function api(path: string): Promise<string> {
  const answer = await fetch(new URL(path, product.controlRoomUrl), {
    headers: { authorization: `Bearer ${runKey()}` },
  })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return answer.text()
}

/** The whole log of an app as the platform shows it to those who may. */
async function logOf(app: string, reader: Participant): Promise<string> {
  const origin = new URL(product.workshopUrl)
  const url = new URL(`http://${app}.apps.localhost:${origin.port}/logz/stream`)
  await reader.enter(new URL('/logz', url).href)
  const headers = { host: url.host, origin: url.origin, ...reader.cookieHeader(url) }
  const socket = new WebSocket(`ws://127.0.0.1:${url.port}${url.pathname}`, { headers })
  let text = ''
  socket.on('message', (data: Buffer) => {
    text += data.toString()
  })
  await once(socket, 'open')
  socket.send('')
  await until(
    'a log',
    () => text.length,
    (length) => length > 200,
    30_000,
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  socket.close()
  return text
}

describe('a secret', () => {
  it('really is in use', async () => {
    expect(runKey()).toMatch(/.{16}/)
    const answer = await fetch(`${product.emulatorUrl}/api/2.0/secrets/get?scope=vibe-workshop&key=claude-api-token`, {
      headers: { authorization: `Bearer ${product.operatorToken}` },
    })
    const { value } = (await answer.json()) as { value: string }
    expect(Buffer.from(value, 'base64').toString()).toBe(planted)
  })

  it('is not shown for a spec that holds it in the wrong place', async () => {
    const token = `credentials: {token: {value: ${misplaced}}}`
    await writeFile(specFile, good.replace('credentials: {token: {file: model.token}}', token))
    const refused = (text: string) => text.includes('"specProblems":[{')
    read.set('views of a refused spec', await until('a refusal', () => api('/api/workshops'), refused, 30_000))
    read.set('validate', await command('validate', '-f', specFile))
    read.set('plan of a refused spec', await command('plan', '-f', specFile))
    await writeFile(specFile, good)
    await until(
      'the good spec',
      () => api('/api/workshops'),
      (text) => !refused(text),
      30_000,
    )
    expect(read.get('validate')).toContain('spec.credentials.token')
    expect([...read].filter(([, text]) => leaksIn(text).length > 0).map(([place]) => place)).toEqual([])
  })

  it('is in no plan, status, view, event and metric', async () => {
    read.set('plan', await command('plan', '-f', specFile))
    read.set('plan as JSON', await command('--output', 'json', 'plan', '-f', specFile))
    for (const path of ['/api/workshops', '/api/workshops/default/first-workshop/activity', '/metrics'])
      read.set(path, await api(path))
    expect([...read].filter(([, text]) => text.length < 50)).toEqual([])
    expect([...read].filter(([, text]) => leaksIn(text).length > 0).map(([place]) => place)).toEqual([])
  })

  it('is in no log of the controller, the hub and the workers', async () => {
    const operator = new Participant('operator@example.com')
    for (const app of apps) expect(leaksIn(await logOf(app, operator)), app).toEqual([])
    // The printed address of the control room carries its key: that is how it is opened.
    expect(product.output()).toContain('control room')
    expect(leaksIn(product.output(), [runKey()])).toEqual([])
  })

  it('is not within reach of a session', async () => {
    const ada = new Participant('ada@example.com')
    const worker = await ada.enter(product.workshopUrl)
    const session = await ada.newSession(worker, { agent: 'shell', cols: 200, rows: 50 })
    const terminal = await ada.terminal(worker, session.id, { cols: 200, rows: 50 })
    await terminal.see(/❯|\$ /)
    const look = 'env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; ps auxww 2>/dev/null'
    const search = 'grep -rIl dapi "$HOME" /tmp /run /dev/shm 2>/dev/null | head; echo searched'
    terminal.type(`${look}; ${search}; echo "done $((40 + 2))"\r`)
    await terminal.see(/done 42/)
    const seen = terminal.text()
    await terminal.close()
    expect(seen).toMatch(/WORKSHOP_PARTICIPANT=/)
    expect(leaksIn(seen)).toEqual([])
  })

  it('is in no list of processes', () => {
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => lineOf(pid))
    expect(lines.some((line) => line.includes('main.ts'))).toBe(true)
    expect(lines.filter((line) => leaksIn(line).length > 0)).toEqual([])
  })
})

function lineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
