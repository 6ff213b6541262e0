import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import {
  type BenchFleet,
  isReady,
  key,
  people,
  ready,
  specText,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const [ada, grace, , , barbara = ''] = people

it('lets one person in with at most three writes and no deployment, and takes another one out', async () => {
  fleet = await startBenchFleet(specText({ users: people.slice(0, 3) }))
  const controller = await fleet.start()
  await ready(controller)
  const from = fleet.requests()
  await fleet.write(specText({ users: [...people.slice(0, 3), barbara] }))
  await until(
    'four people',
    () => controller.view(key),
    (view) => isReady(view) && view?.status.summary?.participants === '4',
  )
  expect(fleet.writes(from).length).toBeLessThanOrEqual(3)
  expect(fleet.bench.host.launches).toHaveLength(3)

  await fleet.write(specText({ users: [grace ?? '', barbara] }))
  await until(
    'two people',
    () => controller.view(key),
    (view) => isReady(view) && view?.status.summary?.participants === '2',
  )
  const hub = JSON.stringify((await fleet.bench.get('/api/2.0/permissions/apps/vibe-hub')).json)
  expect(hub).toContain(barbara)
  expect(hub).not.toContain(ada)
})

it('re-reads a roster file that changed', async () => {
  const spec = specText().replace(/users: .*/, 'usersFrom: [{file: roster.csv}]')
  fleet = await startBenchFleet('')
  const roster = join(fleet.folder, 'specs', 'roster.csv')
  await writeFile(roster, `email\n${ada}\n`)
  await fleet.write(spec)
  const controller = await fleet.start()
  await ready(controller)
  await writeFile(roster, `email\n${ada}\n${grace}\n`)
  await until(
    'two people',
    () => controller.view(key),
    (view) => isReady(view) && view?.status.summary?.participants === '2',
  )
})

it('names a person whom the workspace does not know and serves the others', async () => {
  fleet = await startBenchFleet(specText({ users: [...people.slice(0, 3), 'nobody@example.com'] }))
  const controller = await fleet.start()
  const view = await until(
    'AccessSynced False',
    () => controller.view(key),
    (now) => now?.status.workers?.ready === 2 && JSON.stringify(now.conditions).includes('nobody@example.com'),
  )
  expect(JSON.stringify(view?.lastPlan?.results)).toContain('WO-2040')
  const hub = JSON.stringify((await fleet.bench.get('/api/2.0/permissions/apps/vibe-hub')).json)
  expect(people.slice(0, 3).every((person) => hub.includes(person))).toBe(true)
})

it('expands groups, nested ones too', async () => {
  fleet = await startBenchFleet('', {
    users: people.map((email, at) => ({ email, displayName: email, groups: at < 2 ? ['builders'] : [] })),
  })
  await fleet.write(specText().replace(/users: .*/, 'groups: [builders]'))
  const controller = await fleet.start()
  const view = await ready(controller)
  expect(view?.status.summary?.participants).toBe('2')
})
