import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, ready, startBenchFleet } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it.for([
  ['an app', '/api/2.0/apps', 500],
  ['a token', '/api/2.0/token/create', 503],
  ['a scope', '/api/2.0/secrets/scopes/create', 500],
  ['a deployment', '/api/2.0/apps/*/deployments', 504],
] as const)('adopts %s whose answer was lost, and makes no second one', async ([, path, status]) => {
  fleet = await startBenchFleet()
  await fleet.bench.post('/__emulator/faults', { method: 'POST', path, status, when: 'after', times: 1 })
  const controller = await fleet.start()
  await ready(controller)
  expect(await fleet.apps()).toEqual(['vibe-hub', 'vibe-worker-1', 'vibe-worker-2'])
  const tokens = (await fleet.bench.get('/api/2.0/token/list')).json.token_infos as { comment: string }[]
  expect(tokens.filter(({ comment }) => comment.includes('owner=default/default/first'))).toHaveLength(1)
  expect(fleet.bench.host.launches).toHaveLength(3)
})

it('survives a cut connection after a create', async () => {
  fleet = await startBenchFleet()
  await fleet.bench.post('/__emulator/faults', {
    method: 'POST',
    path: '/api/2.0/apps',
    reset: true,
    when: 'after',
    times: 2,
  })
  await ready(await fleet.start())
  expect(await fleet.apps()).toHaveLength(3)
})
