/** What is said in a room without Kubernetes: through the API, to hub and workers, over a restart, and never into the spec. */
import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, isReady, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('reaches hub and workers without a deployment, survives a restart and can be taken back', async () => {
  fleet = await startBenchFleet(specText({ replicas: 1 }))
  const first = await fleet.start()
  const key = 'default/first'
  await until('the fleet', () => first.view(key), isReady)
  const before = fleet.writes().length
  const closesAt = '2036-01-01T10:00:00.000Z'
  const room = { announcement: { text: 'Ten more minutes', level: 'info' as const }, closesAt }
  await first.setRoom(key, room)
  await until(
    'it is told',
    () => first.view(key)?.status.room?.closesAt,
    (at) => at === closesAt,
  )
  const told = async () => {
    const file = '/Workspace/Users/operator@workshop.test/.workshop-operator/default.first/fleet.json'
    return (await fleet.bench.get(`/api/2.0/workspace/export?path=${file}&direct_download=true`)).json.room
  }
  expect(await told()).toEqual(room)
  expect(fleet.writes().slice(before)).toEqual([expect.stringContaining('/fleet.json')])
  expect(first.view(key)?.generation).toBe(1)
  await first.stop()

  const second = await fleet.start()
  await until('the restart', () => second.view(key), isReady)
  expect(second.view(key)?.room).toEqual(room)
  await second.setRoom(key, {})
  await until('the silence', told, (said) => said === undefined)
  await until(
    'the status',
    () => second.view(key)?.status.room,
    (said) => said === undefined,
  )
}, 60_000)
