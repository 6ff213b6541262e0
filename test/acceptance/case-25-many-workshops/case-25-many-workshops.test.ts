import { expect, it } from 'vitest'
import { politeLimits } from '../../../controller/databricks/client/limiter.ts'
import { isReady } from '../../support/bench-fleet.ts'
import { openManyWorkspaces } from '../../support/many-workspaces.ts'

const workshops = 50
const workers = 20
/** A workspace has at most 100 apps: four fleets of 21. */
const perWorkspace = 4
const readyLimitS = 1_800

it('gets fifty Workshops of twenty workers and a fifty-first ready at once, no faster than allowed', {
  timeout: 900_000,
}, async () => {
  const fifty = Array.from({ length: workshops }, (_, number) => ({
    name: `w${number}`,
    workspace: Math.floor(number / perWorkspace),
    replicas: workers,
  }))
  // In the workspace of four others, and last in the folder.
  await using fleet = await openManyWorkspaces([...fifty, { name: 'z', workspace: 0, replicas: 1 }])
  const { time, controller, emulators } = fleet
  const startedAt = time.now()
  const seconds = () => (time.now() - startedAt) / 1_000
  await controller.start()
  const readyAfterS = new Map<string, number>()
  while (readyAfterS.size < workshops + 1) {
    await time.pass(1_000)
    for (const view of controller.views())
      if (isReady(view) && !readyAfterS.has(view.name)) readyAfterS.set(view.name, seconds())
    expect(seconds()).toBeLessThan(readyLimitS)
  }
  const fiftyFirst = readyAfterS.get('z') ?? Number.NaN
  readyAfterS.delete('z')
  // It came last, to a workspace whose bucket four large fleets had drawn on before it.
  expect(fiftyFirst).toBeLessThanOrEqual(1.1 * Math.max(...readyAfterS.values()))
  for (const { recorder } of emulators) {
    const times = recorder.all().map(({ at }) => at)
    // A full bucket besides what flows in.
    expect(mostWithin(times, 10_000)).toBeLessThanOrEqual(politeLimits.requestsPerSecond * 11)
  }
})

/** Most of these times within any window, ms. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let from = 0
  return times.reduce((most, at, index) => {
    while ((times[from] ?? at) <= at - windowMs) from += 1
    return Math.max(most, index - from + 1)
  }, 0)
}
