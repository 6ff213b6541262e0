import { afterEach, expect, it } from 'vitest'
import {
  type BenchFleet,
  condition,
  key,
  looksAgain,
  quick,
  ready,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('keeps quiet while the platform asks for it, keeps Ready, and recovers by itself', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start({ ...quick, budgetMs: 500 })
  await ready(controller)
  await looksAgain(controller)
  await fleet.bench.post('/__emulator/faults', { path: '/api/**', status: 429, retryAfter: '2', times: 3 })
  const from = fleet.requests()
  const view = await until(
    'Throttled',
    () => controller.view(key),
    (now) => condition(now, 'Ready')?.reason === 'Throttled',
  )
  expect(condition(view, 'Ready')?.status).toBe('True')
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  // The look under way may have had three calls out when the first answer came.
  expect(fleet.requests() - from).toBeLessThanOrEqual(4)
  await until(
    'recovery',
    () => controller.view(key),
    (now) => condition(now, 'Ready')?.reason === 'Succeeded',
  )
})
