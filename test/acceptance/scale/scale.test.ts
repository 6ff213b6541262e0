import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, isReady, key, people, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('scales 2 → 5 → 1: adds the next ordinals, removes the highest, moves the people', async () => {
  fleet = await startBenchFleet()
  const controller = await fleet.start()
  const reaches = (replicas: number) =>
    until(
      `${replicas} workers`,
      () => controller.view(key),
      (view) => isReady(view) && view?.spec.replicas === replicas,
    )
  await reaches(2)
  await fleet.write(specText({ replicas: 5 }))
  await reaches(5)
  expect(await fleet.apps()).toEqual(['vibe-hub', ...[1, 2, 3, 4, 5].map((n) => `vibe-worker-${n}`)])
  expect(fleet.bench.host.launches.filter(({ app }) => app === 'vibe-worker-1')).toHaveLength(1)

  await fleet.write(specText({ replicas: 1 }))
  await reaches(1)
  await until('the others gone', fleet.apps, (apps) => apps.length === 2)
  expect(await fleet.apps()).toEqual(['vibe-hub', 'vibe-worker-1'])
  const acl = JSON.stringify((await fleet.bench.get('/api/2.0/permissions/apps/vibe-worker-1')).json)
  expect(people.slice(0, 4).every((person) => acl.includes(person))).toBe(true)
})
