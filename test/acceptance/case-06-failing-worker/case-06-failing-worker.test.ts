import { afterEach, expect, it } from 'vitest'
import { condition, key, specText } from '../../support/bench-fleet.ts'
import { startVirtualFleet, type VirtualFleet } from '../../support/virtual-fleet.ts'

let fleet: VirtualFleet
afterEach(() => fleet.close())

const hourMs = 3_600_000
const deployment = '/api/2.0/apps/vibe-worker-2/deployments'

it('gets four of five workers ready while the second always fails to deploy, without a hot loop', async () => {
  fleet = await startVirtualFleet(specText({ replicas: 5 }), { driftMs: 300_000 })
  const { time, bench } = fleet
  await bench.post('/__emulator/faults', { method: 'POST', path: deployment, status: 500 })
  const controller = await fleet.start(fleet.steady)
  const view = () => controller.view(key)
  const ready = () => (view()?.status.fleet ?? []).filter(({ state }) => state === 'Ready').map(({ name }) => name)
  const others = ['vibe-hub', 'vibe-worker-1', 'vibe-worker-3', 'vibe-worker-4', 'vibe-worker-5']

  await time.until('the others', () => others.every((name) => ready().includes(name)), 900_000)
  await time.pass(hourMs)

  const tries = bench.emulator.recorder.all().filter(({ method, path }) => method === 'POST' && path === deployment)
  const firstHour = tries.filter(({ at }) => at - (tries[0]?.at ?? 0) <= hourMs)
  expect(firstHour.length).toBeGreaterThan(8)
  expect(firstHour.length).toBeLessThanOrEqual(25)
  const gaps = firstHour.slice(1).map(({ at }, index) => at - (firstHour[index]?.at ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1.3 * 300_000)

  expect(ready().sort()).toEqual(others)
  expect(condition(view(), 'Ready')).toMatchObject({
    status: 'False',
    reason: 'DeployFailed',
    message: expect.stringContaining('vibe-worker-2'),
  })

  bench.emulator.faults.remove()
  await time.until('all of them', () => ready().length === 6, 900_000)
})
