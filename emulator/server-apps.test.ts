import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAppHost } from './runtime/app-host.ts'
import { type Bench, startBench } from './testing/client.ts'

let bench: Bench
let cacheDir: string
const app = '/api/2.0/apps/web'

/** Answers with its generation and who asked; dies on /die, and on SIGTERM after a moment. */
const program = (generation: number) => `
  const http = require('node:http')
  http.createServer((request, response) => {
    if (request.url === '/api/die') process.exit(7)
    response.end(JSON.stringify({ generation: ${generation}, email: request.headers['x-forwarded-email'], user: request.headers['x-forwarded-access-token'], secret: process.env.SECRET, pid: process.pid }))
  }).listen(Number(process.env.DATABRICKS_APP_PORT), '127.0.0.1')
  process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50))`

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'emulator-cache-'))
  bench = await startBench({
    appHost: createAppHost({ cacheDir }),
    adminClient: { id: 'controller', secret: 'hush' },
  })
  await bench.post('/api/2.0/secrets/scopes/create', { scope: 's' })
  await bench.post('/api/2.0/secrets/put', { scope: 's', key: 'k', string_value: 'from-the-scope' })
  await bench.post('/api/2.0/apps', {
    name: 'web',
    user_api_scopes: ['workspace'],
    resources: [{ name: 'pat', secret: { scope: 's', key: 'k', permission: 'READ' } }],
  })
  await bench.until(app, ({ json }) => json.compute_status.state === 'ACTIVE')
})
afterEach(async () => {
  await bench.close()
  rmSync(cacheDir, { recursive: true, force: true })
})

async function deploy(source: string): Promise<string> {
  const { files } = bench.emulator.workspace
  files.mkdirs('/Shared/web')
  files.write('/Shared/web/app.js', Buffer.from(source))
  files.write('/Shared/web/app.yaml', Buffer.from('command: [node, app.js]\nenv: [{name: SECRET, valueFrom: pat}]\n'))
  const { json } = await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/Shared/web' })
  const path = `${app}/deployments/${json.deployment_id}`
  const done = await bench.until(path, (reply) => reply.json.status.state !== 'IN_PROGRESS')
  return done.json.status.state
}

const host = () => ({ host: `web.apps.localhost:${bench.emulator.port}` })

async function oauth(): Promise<string> {
  const form = 'grant_type=client_credentials&client_id=controller&client_secret=hush'
  return (await bench.post('/oidc/v1/token', form, { token: null })).json.access_token
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('an app that really runs', () => {
  it('is replaced by the next deployment, survives a failed one, and ends with stop', async () => {
    expect(await deploy(program(1))).toBe('SUCCEEDED')
    const token = await oauth()
    const look = async () => (await bench.get('/api/look', { headers: host(), token })).json
    const first = await look()
    expect(first).toMatchObject({ generation: 1, secret: 'from-the-scope' })
    expect(await deploy(program(2))).toBe('SUCCEEDED')
    const second = await look()
    expect(second.generation).toBe(2)
    expect(isAlive(first.pid)).toBe(false)

    expect(await deploy('process.exit(1)')).toBe('FAILED')
    expect((await look()).generation).toBe(2)
    const { json } = await bench.get(app)
    expect(json.app_status.state).toBe('RUNNING')

    const last = await look()
    await bench.post(`${app}/stop`, {})
    await bench.until(app, (reply) => reply.json.compute_status.state === 'STOPPED')
    expect(isAlive(last.pid)).toBe(false)
    expect((await bench.get('/api/look', { headers: host(), token })).status).toBe(503)
  })

  it('is CRASHED when it dies by itself', async () => {
    await deploy(program(1))
    await bench.get('/api/die', { headers: host(), token: await oauth() }).catch(() => undefined)
    const { json } = await bench.until(app, (reply) => reply.json.app_status.state === 'CRASHED')
    expect(json.app_status.message).toContain('exit code 7')
    expect(json.compute_status.state).toBe('ACTIVE')
  })

  it('lets in whom its permissions name, with a token that is theirs and narrow', async () => {
    await deploy(program(1))
    const signIn = (user: string) =>
      bench.post('/__emulator/sign-in', `user=${encodeURIComponent(user)}`, {
        token: null,
        headers: { ...host(), 'content-type': 'application/x-www-form-urlencoded' },
      })
    const open = async (user: string) => {
      const cookies = [(await signIn(user)).headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0])
      return bench.get('/', { token: null, headers: { ...host(), cookie: cookies.join('; ') } })
    }
    expect((await open('ann@example.org')).status).toBe(403)
    await bench.send('PATCH', '/api/2.0/permissions/apps/web', {
      body: { access_control_list: [{ user_name: 'ann@example.org', permission_level: 'CAN_USE' }] },
    })
    const seen = (await open('ann@example.org')).json
    expect(seen.email).toBe('ann@example.org')
    const me = await bench.get('/api/2.0/preview/scim/v2/Me', { token: seen.user })
    expect(me.json.userName).toBe('ann@example.org')
    expect((await bench.get('/api/2.0/apps', { token: seen.user })).status).toBe(403)
  })

  it('does not take personal access tokens', async () => {
    await deploy(program(1))
    expect((await bench.get('/api/look', { headers: host() })).status).toBe(401)
  })
})
