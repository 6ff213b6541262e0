import { expect, it } from 'vitest'
import { condition, isReady } from '../../support/bench-fleet.ts'
import { openManyWorkspaces } from '../../support/many-workspaces.ts'

/** More than a workspace has places. */
const stuck = 12
/** One that nothing holds up takes about two minutes. */
const usualMs = 240_000

it('gets a Workshop ready while a dozen others wait for a workspace that is down, and those when it is back', async () => {
  const others = Array.from({ length: stuck }, (_, number) => ({ name: `a${number}`, workspace: 0, replicas: 1 }))
  await using fleet = await openManyWorkspaces([...others, { name: 'z', workspace: 1, replicas: 1 }])
  const { time, controller, emulators } = fleet
  const unavailable = {
    method: undefined,
    after: 0,
    times: Number.POSITIVE_INFINITY,
    when: 'before',
    status: 503,
  } as const
  const rest = { body: undefined, reset: false, delayMs: 0, retryAfter: undefined }
  emulators[0]?.faults.add({ id: 'down', path: '/api/**', ...unavailable, ...rest })
  await controller.start()
  await time.until('the one', () => isReady(controller.view('default/z')), usualMs)
  expect(controller.views().filter(isReady)).toHaveLength(1)

  emulators[0]?.faults.remove()
  await time.until('the dozen', () => controller.views().every(isReady), 1_800_000)
  expect(condition(controller.view('default/a0'), 'Ready')?.reason).toBe('Succeeded')
})
