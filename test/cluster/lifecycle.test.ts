/** One Workshop through its life with the real kubectl: made, followed, changed, suspended, taken away. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
beforeAll(async () => {
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
})
afterAll(async () => {
  await fleet?.close()
  await plane?.stop()
})

const apply = (text: string) => plane.run(['apply', '--server-side', '-f', '-'], text)
const waitReady = (name: string) => plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '--timeout=60s'])
const read = async (name: string) => JSON.parse(await plane.run(['get', 'ws', name, '-o', 'json']))

it('makes a fleet, and kubectl wait returns when it is there', async () => {
  await fleet.start()
  await apply(workshopText('day'))
  await waitReady('day')
  expect(await fleet.apps()).toEqual(['day-hub', 'day-worker-1', 'day-worker-2'])
  const { metadata, status } = await read('day')
  expect(metadata.finalizers).toEqual(['vibeworkshop.dev/fleet'])
  expect(status).toMatchObject({ observedGeneration: 1, summary: { workers: '2/2', participants: '4' } })
  expect(status.conditions.map(({ type }: { type: string }) => type)).not.toContain('Reconciling')
  const [, line = ''] = (await plane.run(['get', 'ws', 'day'])).split('\n')
  expect(line).toMatch(/day +True +2\/2 +4 +0\/60/)
  const entry = JSON.parse(await plane.run(['get', 'configmap', 'day-entry', '-o', 'json']))
  expect(entry.data.url).toBe(status.url)
  expect(entry.metadata.ownerReferences[0]).toMatchObject({ kind: 'Workshop', uid: metadata.uid, controller: true })
})

it('shows events', async () => {
  const page = await until(
    'events',
    () => plane.run(['describe', 'ws', 'day']),
    (text) => text.includes('AppReady'),
  )
  expect(page).toContain('Creating')
})

it('writes no status and changes nothing while all is as wanted, restarted or not', async () => {
  const { metadata } = await read('day')
  const from = fleet.requests()
  for (let restart = 0; restart < 5; restart += 1) {
    const startedAt = Date.now()
    const controller = await fleet.start()
    await until(
      'two looks',
      () => controller.view('default/day')?.lookedAt ?? 0,
      (at) => at > startedAt + 1_000,
      30_000,
    )
    await controller.stop()
  }
  expect(fleet.writes(from)).toEqual([])
  expect((await read('day')).metadata.resourceVersion).toBe(metadata.resourceVersion)
})
