/** How a Workshop leaves a cluster: in order, in the middle of being made, stuck, by force, with its namespace. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true })
  fleet = await startClusterFleet(plane)
  await fleet.start()
})
afterAll(async () => {
  await fleet?.close()
  await plane?.stop()
})

const make = async (name: string, change: Parameters<typeof workshopText>[1] = {}) => {
  const { namespace = 'default' } = change
  await plane.run(['apply', '-f', '-'], workshopText(name, change))
  await plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '-n', namespace, '--timeout=60s'])
}
const exists = async (name: string, namespace = 'default') =>
  (await plane.run(['get', 'ws', '-n', namespace, '-o', 'name'])).includes(`/${name}\n`)
const appsOf = async (name: string) => (await fleet.apps()).filter((app) => app.startsWith(`${name}-`))

it('takes the fleet down and lets go of the object last', async () => {
  await make('usual')
  const from = fleet.requests()
  await plane.run(['delete', 'ws', 'usual', '--timeout=60s'])
  expect(await appsOf('usual')).toEqual([])
  expect(fleet.writes(from).some((write) => write.includes('secrets/scopes/delete'))).toBe(true)
})

it('leaves no app behind when it is deleted while apps are made', async () => {
  await fleet.bench.post('/__emulator/faults', { method: 'POST', path: '/api/2.0/apps', delayMs: 300, times: 8 })
  await plane.run(['apply', '-f', '-'], workshopText('hasty', { replicas: 5 }))
  await until(
    'the first app',
    () => appsOf('hasty'),
    (apps) => apps.length > 0,
  )
  await plane.run(['delete', 'ws', 'hasty', '--timeout=60s'])
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(await appsOf('hasty')).toEqual([])
})

it('says why a deletion is stuck, and lets go with the fleet left where it is when told so', async () => {
  await make('stuck')
  await fleet.bench.post('/__emulator/faults', { method: 'DELETE', path: '/api/2.0/apps/*', status: 500, times: 1_000 })
  await plane.run(['delete', 'ws', 'stuck', '--wait=false'])
  const read = async () => JSON.parse(await plane.run(['get', 'ws', 'stuck', '-o', 'json']))
  const stuck = await until('a word of it', read, ({ status }) =>
    status.conditions.some(({ reason }: { reason: string }) => reason === 'Deleting'),
  )
  const ready = stuck.status.conditions.find(({ type }: { type: string }) => type === 'Ready')
  expect(ready.status).not.toBe('True')
  await plane.run(['annotate', 'ws', 'stuck', 'vibeworkshop.dev/orphan=true'])
  await until(
    'the object to go',
    () => exists('stuck'),
    (there) => !there,
    20_000,
  )
  expect(await appsOf('stuck')).toHaveLength(3)
  await fleet.bench.send('DELETE', '/__emulator/faults')
})

it('stops when somebody pulls the finalizer, and finds its fleet again when made anew', async () => {
  await make('pulled')
  await fleet.bench.post('/__emulator/faults', { method: 'DELETE', path: '/api/2.0/apps/*', status: 500, times: 1_000 })
  await plane.run(['delete', 'ws', 'pulled', '--wait=false'])
  await until(
    'a try',
    () => fleet.writes(),
    (all) => all.some((write) => write.startsWith('DELETE /api/2.0/apps/pulled')),
  )
  await plane.run(['patch', 'ws', 'pulled', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
  await until(
    'the object to go',
    () => exists('pulled'),
    (there) => !there,
    20_000,
  )
  await fleet.bench.send('DELETE', '/__emulator/faults')
  await until(
    'a word of it',
    () => fleet.logged,
    (all) => all.some((line) => line.includes('what it made stays')),
  )
  const from = fleet.requests()
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(fleet.writes(from)).toEqual([])
  expect(await appsOf('pulled')).toHaveLength(3)

  await make('pulled')
  expect(fleet.writes(from).filter((write) => write === 'POST /api/2.0/apps')).toEqual([])
  expect(await appsOf('pulled')).toHaveLength(3)
}, 60_000)

it('goes with its namespace', async () => {
  await plane.run(['create', 'namespace', 'brief'])
  await make('short', { namespace: 'brief' })
  await plane.run(['delete', 'namespace', 'brief', '--timeout=90s'])
  expect(await appsOf('short')).toEqual([])
})

it('makes zero deletions for a Workshop that says Orphan', async () => {
  await make('kept', { more: '  deletionPolicy: Orphan\n' })
  const from = fleet.requests()
  await plane.run(['delete', 'ws', 'kept', '--timeout=60s'])
  expect(fleet.writes(from)).toEqual([])
  expect(await appsOf('kept')).toHaveLength(3)
})

it('takes the published address along', async () => {
  // The garbage collector learns of new kinds every 30 s only.
  const left = () => plane.run(['get', 'configmaps', '-o', 'name'])
  await until('the entry to be collected', left, (names) => !names.includes('usual-entry'), 70_000)
})
