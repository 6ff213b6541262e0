import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, condition, key, ready, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const foreign = { name: 'vibe-worker-1', description: 'the sales dashboard' }

it('never touches an app of somebody else, makes the others, and takes it over only when forced', async () => {
  fleet = await startBenchFleet()
  await fleet.bench.post('/api/2.0/apps', foreign)
  const from = fleet.requests()
  const controller = await fleet.start()
  const view = await until(
    'the conflict',
    () => controller.view(key),
    (now) => now?.status.workers?.ready === 1 && condition(now, 'Stalled') !== undefined,
  )
  expect(condition(view, 'Stalled')).toMatchObject({ reason: 'NameConflict' })
  expect(condition(view, 'Ready')).toMatchObject({ status: 'False' })
  expect(fleet.writes(from).filter((write) => write.includes('vibe-worker-1'))).toEqual([])
  expect((await fleet.bench.get('/api/2.0/apps/vibe-worker-1')).json.description).toBe(foreign.description)

  await fleet.write(specText({ more: '  adoptionPolicy: Force' }))
  await ready(controller)
  const adopted = controller.view(key)?.history.some((run) => run.plan.actions.some(({ action }) => action === 'adopt'))
  expect(adopted).toBe(true)
})

it('does not touch a scope of somebody else', async () => {
  fleet = await startBenchFleet()
  const { bench } = fleet
  await bench.post('/api/2.0/secrets/scopes/create', { scope: 'vibe-workshop' })
  const owner = 'managed-by=workshop-operator; owner=other/default/first'
  await bench.post('/api/2.0/secrets/put', {
    scope: 'vibe-workshop',
    key: '_workshop-operator-owner',
    string_value: owner,
  })
  const from = fleet.requests()
  const controller = await fleet.start()
  const view = await until(
    'the conflict',
    () => controller.view(key),
    (now) => condition(now, 'Stalled') !== undefined,
  )
  expect(condition(view, 'Stalled')?.message).toContain('vibe-workshop')
  expect(fleet.writes(from).filter((write) => write.includes('secrets'))).toEqual([])
})

it('takes no worker from a participant who has copied the marker', async () => {
  fleet = await startBenchFleet()
  const { bench } = fleet
  const description = 'managed-by=workshop-operator; owner=default/default/first'
  const ada = bench.tokenOf('ada@example.com')
  await bench.post('/api/2.0/apps', { name: 'vibe-worker-1', description }, { token: ada })
  await bench.post('/api/2.0/apps', { name: 'spare', description }, { token: ada })
  const from = fleet.requests()
  const controller = await fleet.start()
  const view = await until(
    'the conflict',
    () => controller.view(key),
    (now) => now?.status.workers?.ready === 1 && condition(now, 'Stalled') !== undefined,
  )
  expect(condition(view, 'Stalled')).toMatchObject({ reason: 'NameConflict' })
  expect(condition(view, 'Stalled')?.message).toContain('ada@example.com')
  expect(fleet.writes(from).filter((write) => /vibe-worker-1|spare/.test(write))).toEqual([])
  const taken = (await bench.get('/api/2.0/apps/vibe-worker-1')).json
  expect(taken.resources ?? []).toEqual([])
  const state = (await bench.get('/__emulator/state')).text
  expect(state).not.toContain(`"name":"${taken.service_principal_client_id}","level":"READ"`)
})
