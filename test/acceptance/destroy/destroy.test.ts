import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { applyOnce, destroyOnce, destroyPlanOnce, planOnce } from '../../../controller/loop/once.ts'
import { type BenchFleet, key, quick, ready, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

async function whatIsLeft() {
  const { bench } = fleet
  const scopes = (await bench.get('/api/2.0/secrets/scopes/list')).json.scopes ?? []
  const tokens = ((await bench.get('/api/2.0/token/list')).json.token_infos ?? []) as { comment?: string }[]
  const folder = await bench.get(
    '/api/2.0/workspace/get-status?path=/Workspace/Users/operator@workshop.test/.workshop-operator/default.first',
  )
  return {
    apps: await fleet.apps(),
    scopes: (scopes as { name: string }[]).map(({ name }) => name),
    tokens: tokens.filter(({ comment }) => comment?.includes('workshop-operator')).length,
    folder: folder.status,
  }
}
const nothing = { apps: [], scopes: [], tokens: 0, folder: 404 }

it('plans, applies, plans nothing more, and destroys without a rest', async () => {
  fleet = await startBenchFleet()
  const planned = await planOnce(fleet.options, quick)
  expect(fleet.writes()).toEqual([])
  expect(planned.plan.actions.filter(({ action }) => action === 'create').map(({ key: name }) => name)).toContain(
    'App/vibe-hub',
  )

  const views: number[] = []
  const applied = await applyOnce({ ...fleet.options, wait: true, onView: () => views.push(1) }, quick)
  expect(applied.results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
  expect(applied.view.status.workers?.ready).toBe(2)
  expect(views.length).toBeGreaterThan(5)
  expect((await planOnce(fleet.options, quick)).plan.actions).toEqual([])

  const going = await destroyPlanOnce(fleet.options, quick)
  expect(going.plan.actions.map(({ kind }) => kind)).toEqual([
    'App',
    'App',
    'App',
    'SecretScope',
    'Token',
    'WorkspaceFolder',
  ])
  const gone = await destroyOnce(fleet.options, quick)
  expect(gone.results.every(({ outcome }) => outcome === 'done')).toBe(true)
  expect(await whatIsLeft()).toEqual(nothing)
})

it('leaves what belongs to somebody else', async () => {
  fleet = await startBenchFleet()
  const { bench } = fleet
  await bench.post('/api/2.0/apps', { name: 'vibe-worker-9', description: 'not yours' })
  await bench.post('/api/2.0/token/create', { comment: 'mine' })
  await applyOnce({ ...fleet.options, wait: true }, quick)
  await destroyOnce(fleet.options, quick)
  expect(await whatIsLeft()).toEqual({ ...nothing, apps: ['vibe-worker-9'] })
})

it('takes a Workshop down when its file goes from the folder, and not when the folder empties', async () => {
  fleet = await startBenchFleet()
  const second = join(fleet.folder, 'specs', 'second.workshop.yaml')
  await writeFile(
    second,
    specText().replace('name: first', 'name: second').replace('namePrefix: vibe', 'namePrefix: two'),
  )
  const controller = await fleet.start()
  await ready(controller)
  await until(
    'the second',
    () => controller.view('default/second')?.status.workers?.ready,
    (count) => count === 2,
  )
  await rm(fleet.options.specFile)
  await until(
    'first gone',
    () => controller.view(key),
    (view) => view === undefined,
  )
  expect((await whatIsLeft()).apps).toEqual(['two-hub', 'two-worker-1', 'two-worker-2'])
  await rm(second)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await fleet.apps()).toHaveLength(3)
})

it('goes on with a teardown that a restart cut short', async () => {
  fleet = await startBenchFleet()
  const second = join(fleet.folder, 'specs', 'second.workshop.yaml')
  await writeFile(
    second,
    specText({ replicas: 1 }).replace('name: first', 'name: second').replace('namePrefix: vibe', 'namePrefix: two'),
  )
  const controller = await fleet.start()
  await ready(controller)
  await fleet.bench.post('/__emulator/faults', { method: 'DELETE', path: '/api/2.0/apps/**', status: 500, times: 2 })
  await rm(fleet.options.specFile)
  await until(
    'the teardown',
    () => controller.view(key)?.deleting,
    (deleting) => deleting === true,
  )
  await controller.stop()
  await fleet.start()
  await until('the apps gone', fleet.apps, (apps) => apps.every((name) => name.startsWith('two-')))
})
