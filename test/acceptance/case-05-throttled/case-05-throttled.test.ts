import { afterEach, expect, it } from 'vitest'
import { politeLimits } from '../../../controller/databricks/client/limiter.ts'
import { condition, isReady, key, specText } from '../../support/bench-fleet.ts'
import { startVirtualFleet, type VirtualFleet } from '../../support/virtual-fleet.ts'

let fleet: VirtualFleet
afterEach(() => fleet.close())

const retryAfterMs = 7_000
const stormMs = 60_000

it('keeps quiet as long as it is asked to in a storm of 429, keeps Ready, and recovers without a restart', async () => {
  fleet = await startVirtualFleet(specText())
  const { time, bench } = fleet
  // Says that it is throttled within the storm, not after five minutes of trying.
  const controller = await fleet.start({ ...fleet.steady, budgetMs: 20_000 })
  const view = () => controller.view(key)
  await time.until('Ready', () => isReady(view()), 900_000)
  await time.pass(60_000)

  const { recorder, faults } = bench.emulator
  recorder.clear()
  await bench.post('/__emulator/faults', { path: '/api/**', status: 429, retryAfter: '7' })
  const stormEndsAt = time.now() + stormMs
  await time.until('Throttled', () => condition(view(), 'Ready')?.reason === 'Throttled', stormMs)
  expect(condition(view(), 'Ready')).toMatchObject({ status: 'True' })
  await time.pass(Math.max(0, stormEndsAt - time.now()))
  faults.remove()

  const refused = recorder.all().filter(({ status }) => status === 429)
  const rounds = refused.filter(({ at }, index) => at > (refused[index - 1]?.at ?? Number.NEGATIVE_INFINITY))
  expect(rounds.length).toBeGreaterThan(2)
  // Calls of one moment were out together before the first of them was answered; after it nobody calls.
  const gaps = rounds.slice(1).map(({ at }, index) => at - (rounds[index]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(retryAfterMs)
  expect(refused.length).toBeLessThanOrEqual((politeLimits.requestsPerSecond * stormMs) / 1_000 / 10)

  await time.until('recovery', () => condition(view(), 'Ready')?.reason === 'Succeeded', 400_000)
  expect(await controller.metrics()).toMatch(/^workshop_external_throttled_seconds_total [1-9]/m)
})
