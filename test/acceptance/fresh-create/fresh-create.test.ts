import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, condition, key, people, ready, specText, startBenchFleet } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('makes hub, workers, scope, token, grants and fleet file from an empty workspace', async () => {
  fleet = await startBenchFleet(specText({ replicas: 3, users: people }))
  const { bench } = fleet
  const controller = await fleet.start()
  const seen: string[] = []
  controller.subscribe((event) => {
    if (event.type === 'workshop') seen.push(`${event.data.conditions.map(({ type, status }) => `${type}=${status}`)}`)
  })
  const view = await ready(controller)

  expect(await fleet.apps()).toEqual(['vibe-hub', 'vibe-worker-1', 'vibe-worker-2', 'vibe-worker-3'])
  expect(view?.status).toMatchObject({
    observedGeneration: 1,
    summary: { workers: '3/3', participants: '6' },
    workers: { desired: 3, current: 3, updated: 3, ready: 3 },
  })
  expect(view?.status.url).toContain('vibe-hub.apps.localhost')
  expect(condition(view, 'Reconciling')).toBeUndefined()
  expect(seen.some((text) => text.includes('Ready=Unknown') && text.includes('Reconciling=True'))).toBe(true)
  expect(seen.some((text) => text.includes('Ready=True') && text.includes('Reconciling'))).toBe(false)

  const hub = (await bench.get('/api/2.0/permissions/apps/vibe-hub')).json
  const users = (list: { user_name?: string }[]) => list.flatMap(({ user_name }) => user_name ?? []).sort()
  expect(users(hub.access_control_list)).toEqual([...people, 'operator@workshop.test'].sort())
  const seats = await Promise.all(
    [1, 2, 3].map(async (n) =>
      users((await bench.get(`/api/2.0/permissions/apps/vibe-worker-${n}`)).json.access_control_list),
    ),
  )
  const seated = seats.flat().filter((name) => name !== 'operator@workshop.test')
  expect(seated.sort()).toEqual([...people].sort())

  const launches = bench.host.launches.filter(({ app }) => app === 'vibe-worker-1')
  expect(launches).toHaveLength(1)
  expect(launches[0]?.resourceValue('claude-pat')).toMatch(/^dapi/)
  const names = launches[0]?.envVars.map(({ name }) => name) ?? []
  expect(names).toContain('CLAUDE_API_TOKEN')
  expect(names).toContain('WORKSHOP_FLEET_FILE')
  const app = (await bench.get('/api/2.0/apps/vibe-worker-1')).json
  expect(app.description).toBe('managed-by=workshop-operator; owner=default/default/first')
  expect(app.effective_user_api_scopes).toContain('apps.apps')

  const { json: file } = await bench.get(
    '/api/2.0/workspace/export?path=/Workspace/Users/operator@workshop.test/.workshop-operator/default.first/fleet.json&direct_download=true',
  )
  expect(file).toMatchObject({ format: 1, participants: [...people].sort(), operators: ['operator@workshop.test'] })
  expect(file.workers.every(({ ready }: { ready: boolean }) => ready)).toBe(true)
  expect(JSON.stringify(controller.view(key))).not.toMatch(/dapi[0-9a-f]/)
})
