import { createHmac } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { createApi } from '../../../controller/api/server.ts'
import type { Controller } from '../../../controller/loop/controller.ts'
import { createController } from '../../../controller/loop/runner.ts'
import { type BenchFleet, isReady, people, quick, startBenchFleet, until } from '../../support/bench-fleet.ts'
import { type GitServer, startGitServer } from '../../support/git-server.ts'

let fleet: BenchFleet
let server: GitServer
let controller: Controller
afterEach(async () => {
  await controller.stop()
  await fleet.close()
  await server.close()
})

const spec = (name: string, replicas = 1) => `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}}
spec:
  participants: {users: [${people[0]}]}
  workers: {replicas: ${replicas}, namePrefix: ${name}, rollout: {drainTimeout: 0s}}
`
const files = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`${name}.workshop.yaml`, spec(name)]))

async function start(tuning = quick, intervalMs = 60) {
  const { specFile: _one, ...options } = fleet.options
  const git = { intervalMs, timeoutMs: 5_000, prune: true, allowedEnv: [], allowedProfiles: [] }
  const { sourcePollMs: _poll, ...rest } = tuning
  controller = createController({ ...options, sources: [`git:${server.url}#main`], intervalMs: 100, git }, rest)
  await controller.start()
}

it('runs fleets from git, keeps them through every hazard, and prunes exactly the one whose file went', async () => {
  server = await startGitServer()
  await server.push(files('one', 'two', 'three'))
  fleet = await startBenchFleet('')
  await start()
  const all = ['one', 'two', 'three']
  const view = (name: string) => controller.view(`default/${name}`)
  await until('all are ready', () => all.every((name) => isReady(view(name))), Boolean)
  const apps = await fleet.apps()
  expect(apps).toEqual(['one-hub', 'one-worker-1', 'three-hub', 'three-worker-1', 'two-hub', 'two-worker-1'])
  const deletions = () => fleet.writes().filter((write) => write.startsWith('DELETE /api/2.0/apps'))

  const broken = await server.push({ 'one.workshop.yaml': `${spec('one')}  workers: [` })
  const refused = await until(
    'a broken file',
    () => view('one'),
    (now) => now?.source.attempted !== undefined,
  )
  expect(refused?.source.attempted).toContain(broken)
  await until(
    'it is said',
    () => view('one')?.conditions,
    (now) => now?.some(({ type, reason }) => type === 'Stalled' && reason === 'InvalidSpec') === true,
  )
  await until(
    'the others say it too',
    () => view('two')?.conditions.find(({ type }) => type === 'SourceReady'),
    (now) => now?.status === 'False' && now.reason === 'SourceFailed',
  )
  expect(isReady(view('two'))).toBe(true)

  await server.push({ ...files('one'), 'two.workshop.yaml': null, 'three.workshop.yaml': null })
  await until(
    '60 % are held',
    () => view('two')?.source.removal,
    (now) => now !== undefined,
  )
  await server.push({ 'one.workshop.yaml': null, 'README.md': 'nothing here' })
  await until(
    'all are held',
    () => view('one')?.source.removal,
    (now) => now !== undefined,
  )
  server.answer = 'unavailable'
  await until(
    'the repository is gone',
    () => view('one')?.source.problem ?? '',
    (now) => now.includes('WO-1170'),
  )
  server.answer = 'well'
  expect(await fleet.apps()).toEqual(apps)
  expect(deletions()).toEqual([])

  await server.push(files(...all))
  await until('all is well', () => all.every((name) => isReady(view(name)) && !view(name)?.source.removal), Boolean)
  await server.push({ 'two.workshop.yaml': null })
  await until(
    'two is gone',
    () => view('two'),
    (now) => now === undefined,
  )
  expect(await fleet.apps()).toEqual(apps.filter((name) => !name.startsWith('two-')))
  expect(deletions().every((write) => write.includes('two-'))).toBe(true)
}, 90_000)

it('warns of a token and a status that were committed, by place and never by value', async () => {
  const token = `dapi${'0123456789abcdef'.repeat(2)}`
  server = await startGitServer()
  await server.push({ 'one.workshop.yaml': `${spec('one')}status: {url: https://elsewhere.example.com}\n` })
  fleet = await startBenchFleet('')
  await start()
  const warnings = () =>
    controller.activity('default/one').flatMap(({ level, text }) => (level === 'warning' ? [text] : []))
  expect(warnings()).toEqual([expect.stringMatching(/^WO-1178 one\.workshop\.yaml status, line 7: is ignored; /)])
  await server.push({
    'one.workshop.yaml': spec('one').replace('{name: one}', `{name: one, annotations: {a: ${token}}}`),
  })
  await until('the warning', warnings, (texts) => texts.length === 2)
  expect(warnings()).toContainEqual(
    expect.stringMatching(/^WO-1177 one\.workshop\.yaml metadata\.annotations\.a, line 3: .*; revoke it/),
  )
  // A broken spec is refused by the value that is wrong, which people read too.
  await server.push({ 'one.workshop.yaml': spec('one').replace(/users: .*/, `users: [${token}]}`) })
  const refused = await until(
    'the refusal',
    () => controller.view('default/one'),
    (now) => now?.source.problem !== undefined,
  )
  expect(JSON.stringify([refused, controller.activity('default/one')])).not.toContain(token)
}, 60_000)

it('looks at once on a signed push notice, confirms a held removal through the API, and shows both in metrics', async () => {
  const secret = 'a secret of the git host'
  const key = 'run-key'
  server = await startGitServer()
  await server.push(files('one'))
  fleet = await startBenchFleet('')
  await start(quick, 3_600_000)
  const options = {
    admission: { keys: [key], operators: [] },
    hosts: [],
    consoleDir: fleet.folder,
    startedAt: 1,
    onError: () => {},
  }
  const api = await createApi({ controller, webhookSecret: secret, ...options })
  try {
    const notify = (payload: string, signature: string) =>
      api.inject({
        method: 'POST',
        url: '/hooks/git',
        headers: { host: 'localhost', 'content-type': 'application/json', 'x-hub-signature-256': signature },
        payload,
      })
    const sign = (text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`
    // The look that follows the start has ended when nothing is asked for a while.
    let before = -1
    while (before !== server.requests()) {
      before = server.requests()
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    await server.push({ 'one.workshop.yaml': null })
    expect((await notify('{}', sign('{"other":1}'))).statusCode).toBe(401)
    expect(server.requests()).toBe(before)
    expect((await notify('{}', sign('{}'))).statusCode).toBe(202)
    await until(
      'the hold',
      () => controller.view('default/one')?.source.removal,
      (now) => now !== undefined,
    )
    const metrics = await api.inject({ url: '/metrics', headers: { host: 'localhost' } })
    expect(metrics.body).toMatch(/workshop_source_failing\{source="git:[^"]+"\} 1/)

    const confirm = (name: string) =>
      api.inject({
        method: 'POST',
        url: `/api/workshops/default/${name}/confirm-removal`,
        headers: { host: 'localhost', authorization: `Bearer ${key}` },
      })
    expect((await confirm('two')).statusCode).toBe(404)
    expect((await confirm('one')).statusCode).toBe(202)
    await until(
      'one is gone',
      () => controller.view('default/one'),
      (now) => now === undefined,
    )
    expect(await fleet.apps()).toEqual([])
  } finally {
    await api.close()
  }
}, 60_000)
