import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, type Reply, startBench } from '../testing/client.ts'

let bench: Bench
const app = '/api/2.0/apps/w-01'
const settled = ({ json }: Reply) => json.pending_deployment === undefined && json.app_status.state !== 'DEPLOYING'

beforeEach(async () => {
  bench = await startBench()
  await bench.post('/api/2.0/apps', { name: 'w-01' })
  await bench.until(app, ({ json }) => json.compute_status.state === 'ACTIVE')
  await write('/Shared/src/app.py', 'print(1)')
})
afterEach(() => bench.close())

async function write(path: string, text: string): Promise<void> {
  await bench.post('/api/2.0/workspace/mkdirs', { path: path.slice(0, path.lastIndexOf('/')) })
  const reply = await bench.post(
    `/api/2.0/workspace-files/import-file/${encodeURIComponent(`Workspace${path}`)}?overwrite=true`,
    text,
  )
  expect(reply.status).toBe(200)
}

async function deploy(body: object): Promise<Reply> {
  const reply = await bench.post(`${app}/deployments`, body)
  expect(reply.json).toMatchObject({ status: { state: 'IN_PROGRESS', message: 'Preparing source code' } })
  await bench.until(app, settled)
  return bench.get(`${app}/deployments/${reply.json.deployment_id}`)
}

describe('deployments', () => {
  it('run a copy of the folder with the given command and variables, and never show a value', async () => {
    await bench.post('/api/2.0/secrets/scopes/create', { scope: 'ws' })
    await bench.post('/api/2.0/secrets/put', { scope: 'ws', key: 'k', string_value: 'hush' })
    await bench.post(`${app}/update`, {
      app: { resources: [{ name: 'pat', secret: { scope: 'ws', key: 'k', permission: 'READ' } }] },
      update_mask: 'resources',
    })
    const done = await deploy({
      source_code_path: '/Workspace/Shared/src',
      command: ['python', 'app.py'],
      env_vars: [
        { name: 'A', value: 'visible' },
        { name: 'B', value_from: 'pat' },
      ],
    })
    expect(done.json).toMatchObject({ mode: 'SNAPSHOT', env_vars: [{ name: 'A' }, { name: 'B' }] })
    expect(done.text).not.toMatch(/visible|hush/)
    const launch = bench.host.launches[0]
    expect(launch).toMatchObject({ app: 'w-01', command: ['python', 'app.py'] })
    expect(launch?.envVars).toEqual([
      { name: 'A', value: 'visible' },
      { name: 'B', valueFrom: 'pat' },
    ])
    expect(launch?.resourceValue('pat')).toBe('hush')
    expect(launch?.resourceValue('nothing')).toBeUndefined()
    expect(launch?.platformEnv['DATABRICKS_HOST']).toBe(bench.emulator.url)
    expect(readFileSync(join(launch?.sourceDir ?? '', 'app.py'), 'utf8')).toBe('print(1)')
    const path = done.json.deployment_artifacts.source_code_path
    expect((await bench.get(`/api/2.0/workspace/export?path=${path}/app.py&direct_download=true`)).text).toBe(
      'print(1)',
    )
  })

  it('are refused while another is in progress and while compute is down', async () => {
    await bench.post('/__emulator/durations', { DEPLOYING: 300 })
    await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/Shared/src' })
    const raced = await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/Shared/src' })
    expect(raced).toMatchObject({
      status: 400,
      json: { message: 'Cannot deploy app w-01 as there is an active deployment in progress' },
    })
    await bench.post(`${app}/stop`, {})
    await bench.until(app, ({ json }) => json.compute_status.state === 'STOPPED')
    const down = await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/Shared/src' })
    expect(down.json.message).toBe('Cannot deploy app w-01 as it is not in RUNNING state')
    const list = await bench.get(`${app}/deployments`)
    expect(list.json.app_deployments.map((item: { status: { state: string } }) => item.status.state)).toEqual([
      'CANCELLED',
    ])
    expect(bench.host.launches).toHaveLength(0)
  })

  it('that fail keep the previous one running', async () => {
    const first = await deploy({ source_code_path: '/Workspace/Shared/src' })
    bench.host.failWith('w-01', 'Installing dependencies failed')
    const started = await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/Shared/src' })
    await bench.until(`${app}/deployments/${started.json.deployment_id}`, ({ json }) => json.status.state === 'FAILED')
    const { json } = await bench.get(`${app}/deployments/${started.json.deployment_id}`)
    expect(json.status).toEqual({ state: 'FAILED', message: 'Installing dependencies failed' })
    expect((await bench.get(app)).json.active_deployment.deployment_id).toBe(first.json.deployment_id)
  })

  it('stop the old process before the new one starts', async () => {
    await deploy({ source_code_path: '/Workspace/Shared/src' })
    const old = bench.host.running.get('w-01')
    await deploy({ source_code_path: '/Workspace/Shared/src' })
    expect(bench.host.stopped).toEqual([old?.launch.deploymentId])
    expect(bench.host.running.size).toBe(1)
  })

  it('without a source take what lies in the last folder now, with the last variables', async () => {
    expect((await bench.post(`${app}/deployments`, {})).status).toBe(400)
    await deploy({ source_code_path: '/Workspace/Shared/src', env_vars: [{ name: 'A', value: '1' }] })
    await write('/Shared/src/app.py', 'print(2)')
    await deploy({})
    const launch = bench.host.launches[1]
    expect(launch?.envVars).toEqual([{ name: 'A', value: '1' }])
    expect(readFileSync(join(launch?.sourceDir ?? '', 'app.py'), 'utf8')).toBe('print(2)')
  })

  it('of a folder that holds a file over 10 MB fail and say which', async () => {
    bench.emulator.workspace.files.write('/Shared/src/big.bin', Buffer.alloc(10_485_761))
    const done = await deploy({ source_code_path: '/Workspace/Shared/src' })
    expect(done.json.status).toMatchObject({
      state: 'FAILED',
      message: expect.stringContaining('File is larger than 10485760 bytes'),
    })
  })

  it('of a folder that the caller cannot read or that is not there are refused', async () => {
    const ann = bench.tokenOf('ann@example.org')
    await bench.send('PATCH', '/api/2.0/permissions/apps/w-01', {
      body: { access_control_list: [{ user_name: 'ann@example.org', permission_level: 'CAN_MANAGE' }] },
    })
    await write('/Users/bob@example.org/secret/app.py', 'x')
    const foreign = { source_code_path: '/Workspace/Users/bob@example.org/secret' }
    expect((await bench.post(`${app}/deployments`, foreign, { token: ann })).status).toBe(403)
    expect((await bench.post(`${app}/deployments`, { source_code_path: '/Workspace/no' })).status).toBe(404)
  })
})

describe('deployments from git', () => {
  let repo: string
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' }).trim()
  beforeEach(async () => {
    repo = mkdtempSync(join(tmpdir(), 'emulator-git-'))
    git('init', '-q', '-b', 'main')
    git('config', 'user.email', 'a@example.org')
    git('config', 'user.name', 'A')
    execFileSync('mkdir', ['-p', join(repo, 'worker')])
    writeFileSync(join(repo, 'worker/app.py'), 'first')
    git('add', '.')
    git('commit', '-qm', 'one')
    git('tag', 'v1')
    writeFileSync(join(repo, 'worker/app.py'), 'second')
    git('commit', '-qam', 'two')
    await bench.post(`${app}/update`, {
      app: { git_repository: { url: pathToFileURL(repo).href, provider: 'gitHub' } },
      update_mask: 'git_repository',
    })
  })
  afterEach(() => rmSync(repo, { recursive: true, force: true }))

  it.for([
    ['a branch', () => ({ branch: 'main' }), 'second', 'main'],
    ['a tag', () => ({ tag: 'v1' }), 'first', 'v1'],
    ['a commit', () => ({ commit: git('rev-parse', 'v1') }), 'first', 'v1'],
  ] as const)('fetch %s and report the commit', async ([, ref, content, rev]) => {
    const done = await deploy({ git_source: { ...ref(), source_code_path: 'worker' } })
    expect(done.json.status.state).toBe('SUCCEEDED')
    expect(done.json.git_source).toEqual({
      ...ref(),
      source_code_path: 'worker',
      resolved_commit: git('rev-parse', rev),
    })
    expect(readFileSync(join(bench.host.launches[0]?.sourceDir ?? '', 'app.py'), 'utf8')).toBe(content)
    expect((await bench.get(app)).json.default_git_source).toEqual({ ...ref(), source_code_path: 'worker' })
  })

  it('fail when the reference does not exist', async () => {
    const done = await deploy({ git_source: { branch: 'nowhere' } })
    expect(done.json.status).toMatchObject({
      state: 'FAILED',
      message: expect.stringContaining('Failed to fetch the git source'),
    })
  })

  it('need exactly one reference, which is no option of git', async () => {
    const send = (git_source: object) => bench.post(`${app}/deployments`, { git_source })
    expect((await send({})).json.message).toBe('Git source reference is required')
    expect((await send({ branch: 'a', tag: 'b' })).status).toBe(400)
    expect((await send({ branch: '--upload-pack=touch' })).status).toBe(400)
  })

  it('may read the disk of the machine only for admins', async () => {
    await bench.send('PATCH', '/api/2.0/permissions/apps/w-01', {
      body: { access_control_list: [{ user_name: 'ann@example.org', permission_level: 'CAN_MANAGE' }] },
    })
    const token = bench.tokenOf('ann@example.org')
    expect((await bench.post(`${app}/deployments`, { git_source: { branch: 'main' } }, { token })).status).toBe(400)
  })
})
