import { afterEach, expect, it } from 'vitest'
import {
  type BenchFleet,
  condition,
  isReady,
  key,
  looksAgain,
  ready,
  specText,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it.for([
  ['an unknown field', specText({ more: '  replicas: 9' })],
  ['broken YAML', 'apiVersion: [vibe'],
  ['an empty file', ''],
] as const)('keeps the fleet through %s and heals when it is mended', async ([, broken]) => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  await ready(controller)
  const from = fleet.requests()
  await fleet.write(broken)
  const view = await until(
    'Stalled',
    () => controller.view(key),
    (now) => condition(now, 'Stalled') !== undefined,
  )
  expect(condition(view, 'Stalled')?.reason).toBe('InvalidSpec')
  expect(view?.specProblems.length).toBeGreaterThan(0)
  await looksAgain(controller)
  expect(fleet.writes(from)).toEqual([])
  expect(await fleet.apps()).toHaveLength(3)

  await fleet.write(specText())
  await until(
    'Ready again',
    () => controller.view(key),
    (now) => isReady(now) && now?.specProblems.length === 0,
  )
})
