import { afterEach, expect, it } from 'vitest'
import {
  type BenchFleet,
  condition,
  isReady,
  key,
  ready,
  specText,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('moves workers one by one, the highest first, and keeps the bundle before', async () => {
  fleet = await startBenchFleet(specText({ replicas: 3 }))
  const controller = await fleet.start()
  await ready(controller)
  await fleet.changeBundle('two\n')
  controller.reconcileNow(key)
  await until(
    'six more launches',
    () => fleet.bench.host.launches.length,
    (count) => count === 8,
  )
  await ready(controller)
  const order = fleet.bench.host.launches
    .slice(4)
    .map(({ app }) => app)
    .filter((app) => app !== 'vibe-hub')
  expect(order).toEqual(['vibe-worker-3', 'vibe-worker-2', 'vibe-worker-1'])
})

it('stops after a failure, keeps the others serving, and heals with the spec', async () => {
  fleet = await startBenchFleet(specText({ replicas: 3 }))
  const controller = await fleet.start()
  await ready(controller)
  fleet.bench.host.failWith('vibe-worker-3', 'exit code 1')
  await fleet.changeBundle('bad\n')
  controller.reconcileNow(key)
  const view = await until(
    'Stalled',
    () => controller.view(key),
    (now) => condition(now, 'Stalled') !== undefined,
  )
  expect(condition(view, 'Stalled')).toMatchObject({ reason: 'DeployFailed' })
  expect(condition(view, 'Stalled')?.message).toContain('vibe-worker-3')
  await new Promise((resolve) => setTimeout(resolve, 300))
  const touched = fleet.bench.host.launches.slice(4).map(({ app }) => app)
  expect(touched).not.toContain('vibe-worker-1')
  expect(view?.status.workers).toMatchObject({ desired: 3, ready: 2 })
  fleet.bench.host.failWith('vibe-worker-3', undefined)
  await fleet.changeBundle('one\n')
  controller.reconcileNow(key)
  await until('Ready', () => controller.view(key), isReady)
  expect(fleet.writes().filter((write) => write.startsWith('DELETE /api/2.0/apps'))).toEqual([])
})

it('restarts a worker that crashed', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  fleet.bench.host.running.get('vibe-worker-2')?.crash(137)
  await until(
    'a launch',
    () => fleet.bench.host.launches.length,
    (count) => count === 4,
  )
  await ready(controller)
})
