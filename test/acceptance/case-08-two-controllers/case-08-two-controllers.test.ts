/** Case 8: two controllers over one workspace without a cluster, with ids of their own. */
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createController } from '../../../controller/loop/runner.ts'
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

it('lets a second controller see whose fleet it is, and change nothing', async () => {
  fleet = await startBenchFleet()
  const first = await fleet.start()
  await ready(first)
  const from = fleet.requests()
  const options = {
    ...fleet.options,
    controllerId: 'second',
    stateDir: join(fleet.folder, 'second'),
    sources: [`dir:${join(fleet.folder, 'specs')}`],
    intervalMs: 100,
  }
  const second = createController(options, quick)
  try {
    await second.start()
    const view = await until(
      'a word of it',
      () => second.view(key),
      (now) => condition(now, 'Stalled')?.reason === 'NameConflict',
    )
    expect(condition(view, 'Stalled')?.message).toContain('default/default/first')
    await looksAgain(second)
    expect(fleet.writes(from)).toEqual([])
    await ready(first)
  } finally {
    await second.stop()
  }
})
