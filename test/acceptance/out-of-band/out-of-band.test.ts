import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, key, people, ready, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('brings back an app that somebody deleted, and says why', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  await fleet.bench.send('DELETE', '/api/2.0/apps/vibe-worker-2')
  await until(
    'the app',
    () => controller.view(key)?.history[0],
    (run) => (run?.number ?? 0) > 1,
  )
  await ready(controller)
  expect(await fleet.apps()).toContain('vibe-worker-2')
  const actions = controller.view(key)?.history[0]?.plan.actions ?? []
  expect(actions.find((action) => action.key === 'App/vibe-worker-2')).toMatchObject({
    action: 'create',
    reason: 'Missing',
  })
  expect(await controller.metrics()).toContain('workshop_drift_total{kind="App",field="missing"} 1\n')
})

it('repairs an edited app and its grants, and leaves everything else on it alone', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  const { bench } = fleet
  const path = '/api/2.0/apps/vibe-worker-1'
  await bench.post(`${path}/update`, {
    app: { name: 'vibe-worker-1', compute_size: 'LARGE' },
    update_mask: 'compute_size',
  })
  await bench.send('PATCH', '/api/2.0/permissions/apps/vibe-worker-1', {
    body: {
      access_control_list: [
        { user_name: people[5], permission_level: 'CAN_USE' },
        { group_name: 'admins', permission_level: 'CAN_MANAGE' },
      ],
    },
  })
  const principal = (await bench.get(path)).json.service_principal_client_id
  controller.reconcileNow(key)
  await until(
    'the size',
    async () => (await bench.get(path)).json.compute_size,
    (size) => size === 'MEDIUM',
  )
  const acl = await until(
    'the grants',
    async () => JSON.stringify((await bench.get('/api/2.0/permissions/apps/vibe-worker-1')).json),
    (text) => !text.includes(people[5] ?? ''),
  )
  expect(acl).toContain('admins')
  expect((await bench.get(path)).json.service_principal_client_id).toBe(principal)
  await ready(controller)
})

it('keeps its hands off while suspended, and goes on when resumed', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  controller.setSuspended(key, true)
  await until(
    'suspended',
    () => controller.view(key)?.conditions,
    (all) => all?.some(({ type }) => type === 'Suspended') ?? false,
  )
  await fleet.bench.send('DELETE', '/api/2.0/apps/vibe-worker-2')
  await until(
    'it is missed',
    () => controller.view(key)?.status.workers?.current,
    (current) => current === 1,
  )
  expect(await fleet.apps()).not.toContain('vibe-worker-2')
  controller.setSuspended(key, false)
  await until('the app', fleet.apps, (apps) => apps.includes('vibe-worker-2'))
})
