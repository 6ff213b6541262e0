import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, looksAgain, ready, startBenchFleet } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('writes nothing in five restarts of a settled fleet', async () => {
  fleet = await startBenchFleet()
  const first = await fleet.start()
  await ready(first)
  await looksAgain(first)
  await first.stop()
  const settled = fleet.requests()
  for (let run = 0; run < 5; run += 1) {
    const controller = await fleet.start()
    await ready(controller)
    await looksAgain(controller)
    await controller.stop()
  }
  expect(fleet.writes(settled)).toEqual([])
})

it('looks with at most six calls at a settled fleet, three of them in turn', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  await looksAgain(controller, 2)
  const before = fleet.requests()
  await looksAgain(controller, 4)
  expect(fleet.requests() - before).toBeLessThanOrEqual(5 * 6)
})
