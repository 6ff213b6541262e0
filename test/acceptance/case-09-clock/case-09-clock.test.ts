/** Case 9: somebody sets the machine's clock an hour forward, then two hours back. Leadership under such clocks is tried in controller/leader. */
import { afterEach, expect, it } from 'vitest'
import { steadyTime, systemClock } from '../../../controller/databricks/client/clock.ts'
import {
  type BenchFleet,
  condition,
  isReady,
  key,
  looksAgain,
  quick,
  ready,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const hourMs = 3_600_000

it('goes on looking, repairing and trying again, and no condition turns younger', async () => {
  const wall = { skewMs: 0 }
  const now = steadyTime(
    () => Date.now() + wall.skewMs,
    () => performance.now(),
  )
  fleet = await startBenchFleet()
  const controller = await fleet.start({ ...quick, clock: { now, sleep: systemClock.sleep } })
  await ready(controller)
  const times = new Map<string, number[]>()
  controller.subscribe((event) => {
    if (event.type !== 'workshop') return
    for (const { type, lastTransitionTime } of event.data.conditions)
      times.set(type, [...(times.get(type) ?? []), Date.parse(lastTransitionTime)])
  })
  for (const skewMs of [hourMs, -hourMs]) {
    wall.skewMs = skewMs
    await looksAgain(controller)
    // The first try fails, so that the repair waits for a second one.
    await fleet.bench.post('/__emulator/faults', { method: 'POST', path: '/api/2.0/apps', status: 500, times: 2 })
    await fleet.bench.send('DELETE', '/api/2.0/apps/vibe-worker-2')
    await until(
      'its absence',
      () => controller.view(key),
      (view) => condition(view, 'Ready')?.status !== 'True',
    )
    await until('the repair', () => controller.view(key), isReady, 20_000)
    expect(await fleet.apps()).toEqual(['vibe-hub', 'vibe-worker-1', 'vibe-worker-2'])
  }
  for (const [type, seen] of times) expect(seen, type).toEqual([...seen].sort((a, b) => a - b))
  expect(times.get('Ready')?.length).toBeGreaterThan(4)
})
