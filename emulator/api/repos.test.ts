import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
let repo: string
const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' }).trim()
beforeEach(async () => {
  bench = await startBench()
  repo = mkdtempSync(join(tmpdir(), 'emulator-repo-'))
  git('init', '-q', '-b', 'main')
  writeFileSync(join(repo, 'a.txt'), 'main')
  git('add', '.')
  git('-c', 'user.email=a@example.org', '-c', 'user.name=A', 'commit', '-qm', 'one')
  git('tag', 'v1')
})
afterEach(async () => {
  rmSync(repo, { recursive: true, force: true })
  await bench.close()
})

describe('git folders', () => {
  it('are cloned into the workspace, switched and removed', async () => {
    const body = { url: pathToFileURL(repo).href, provider: 'gitHub', path: '/Repos/course' }
    const made = await bench.post('/api/2.0/repos', body)
    expect(made.json).toMatchObject({ path: '/Repos/course', branch: 'main', head_commit_id: git('rev-parse', 'HEAD') })
    expect(typeof made.json.id).toBe('bigint')
    const file = () => bench.get('/api/2.0/workspace/export?path=/Repos/course/a.txt&direct_download=true')
    expect((await file()).text).toBe('main')
    expect((await bench.get('/api/2.0/workspace/get-status?path=/Repos/course')).json.object_type).toBe('REPO')
    expect((await bench.send('PATCH', `/api/2.0/repos/${made.json.id}`, { body: { tag: 'v1' } })).status).toBe(200)
    expect((await bench.get(`/api/2.0/repos/${made.json.id}`)).json.branch).toBeUndefined()
    expect((await bench.get('/api/2.0/repos?path_prefix=/Repos')).json.repos).toHaveLength(1)
    await bench.send('DELETE', `/api/2.0/repos/${made.json.id}`)
    expect((await file()).status).toBe(404)
    expect((await bench.get('/api/2.0/repos')).json).toEqual({})
  })

  it.for(['ssh://example.org/a', 'http://example.org/a', 'no address'])('are not cloned from %s', async (url) => {
    expect((await bench.post('/api/2.0/repos', { url, provider: 'gitHub' })).status).toBe(400)
  })
})

describe('git credentials', () => {
  it('belong to one principal and never show the token', async () => {
    const made = await bench.post('/api/2.0/git-credentials', {
      git_provider: 'gitHub',
      git_username: 'ann',
      personal_access_token: 'ghp_secret',
    })
    expect(made.text).not.toContain('ghp_secret')
    expect(typeof made.json.credential_id).toBe('bigint')
    expect((await bench.get('/api/2.0/git-credentials')).json.credentials).toHaveLength(1)
    const token = bench.tokenOf('ann@example.org')
    expect((await bench.get('/api/2.0/git-credentials', { token })).json).toEqual({})
    expect((await bench.get(`/api/2.0/git-credentials/${made.json.credential_id}`, { token })).status).toBe(403)
  })

  it('can be given to the service principal of an app by its id, all digits of it', async () => {
    const app = (await bench.post('/api/2.0/apps?no_compute=true', { name: 'w-01' })).json
    const body = `{"git_provider":"gitHub","personal_access_token":"x","principal_id":${app.service_principal_id}}`
    expect((await bench.post('/api/2.0/git-credentials', body)).status).toBe(200)
    const list = await bench.get(`/api/2.0/git-credentials?principal_id=${app.service_principal_id}`)
    expect(list.json.credentials).toHaveLength(1)
  })
})
