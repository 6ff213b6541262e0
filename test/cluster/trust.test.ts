/** Two namespaces, two workspaces: what a Workshop may reach, and what it must not. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { people, until } from '../support/bench-fleet.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
let other: Bench
beforeAll(async () => {
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  const users = [...people, 'zoe@example.com'].map((email) => ({ email, displayName: email }))
  other = await startBench({ users, token: 'dapi-other' })
  for (const name of ['red', 'blue']) await plane.run(['create', 'namespace', name])
  await fleet.start({ allowedHosts: ['127.0.0.1'], defaultNamespaces: ['default'] })
})
afterAll(async () => {
  await fleet?.close()
  await other?.close()
  await plane?.stop()
})

const apply = (text: string) => plane.run(['apply', '-f', '-'], text)
const ready = (name: string, namespace: string) =>
  plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '-n', namespace, '--timeout=60s'])
const secret = (namespace: string, name: string, pairs: Readonly<Record<string, string>>) => {
  const stringData = pairs
  return apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData }))
}
const stalled = (name: string, namespace: string, part: string) =>
  until(
    part,
    async () => plane.run(['get', 'ws', name, '-n', namespace, '-o', 'jsonpath={.status.conditions}']),
    (text) => text.includes('"Stalled"') && text.includes(part),
    20_000,
  )
const reference = (name: string) => `  workspaceRef: {secretRef: {name: ${name}}}\n`

it('serves each namespace with its own credentials', async () => {
  await secret('red', 'acme', { host: fleet.bench.emulator.url, token: adminToken })
  await secret('blue', 'acme', { host: other.emulator.url, token: 'dapi-other' })
  for (const namespace of ['red', 'blue']) {
    await apply(workshopText(namespace, { namespace, replicas: 1, more: reference('acme') }))
    await ready(namespace, namespace)
  }
  expect(await fleet.apps()).toEqual(['red-hub', 'red-worker-1'])
  const { json } = await other.get('/api/2.0/apps', { token: 'dapi-other' })
  expect(json.apps.map(({ name }: { name: string }) => name).sort()).toEqual(['blue-hub', 'blue-worker-1'])
  const strangers = [fleet.bench, other].flatMap(({ emulator }) =>
    emulator.recorder.all().filter(({ principal }) => principal === undefined),
  )
  expect(strangers).toEqual([])
})

it('follows a Secret that changes: rotated credentials, a longer roster', async () => {
  await secret('blue', 'roster', { users: 'ada@example.com\n' })
  await apply(
    workshopText('roster', {
      namespace: 'blue',
      replicas: 1,
      more: `${reference('acme')}`,
    }).replace(/users: .*/, 'usersFrom: [{secretRef: {name: roster}}]'),
  )
  await ready('roster', 'blue')
  await secret('blue', 'roster', { users: 'ada@example.com\nzoe@example.com\n' })
  const count = () => plane.run(['get', 'ws', 'roster', '-n', 'blue', '-o', 'jsonpath={.status.summary.participants}'])
  await until('two people', count, (text) => text === '2', 10_000)

  await secret('blue', 'acme', { token: 'dapi-nobody' })
  await stalled('roster', 'blue', 'Unauthorized')
  await secret('blue', 'acme', { token: 'dapi-other' })
  await ready('roster', 'blue')
})

it('gives the own credentials to nobody but the named namespaces', async () => {
  const from = fleet.requests()
  await apply(workshopText('thief', { namespace: 'red', replicas: 1 }))
  await stalled('thief', 'red', "may not use the controller's own credentials")
  expect(fleet.writes(from).filter((write) => write.includes('thief'))).toEqual([])
  expect(await fleet.apps()).not.toContain('thief-hub')
})

it.for([
  ['a Secret of another namespace', '  workspaceRef: {secretRef: {name: missing}}\n', 'WO-3010'],
  ['an environment variable', '  credentials: {token: {env: DATABRICKS_TOKEN}}\n', 'WO-3011'],
  ['a file', '  credentials: {token: {file: /var/run/secrets/kubernetes.io/serviceaccount/token}}\n', 'WO-3011'],
  ['a profile', '  workspaceRef: {profile: DEFAULT}\n', 'WO-3011'],
] as const)('refuses %s', async ([, more, code], { task }) => {
  const name = `bad-${task.id
    .replace(/[^a-z0-9]/gi, '')
    .slice(-6)
    .toLowerCase()}`
  await secret('red', 'missing', { host: fleet.bench.emulator.url, token: adminToken })
  await apply(workshopText(name, { namespace: 'default', replicas: 1, more }))
  const text = await stalled(name, 'default', code)
  expect(text).not.toContain(adminToken)
  expect(await fleet.apps()).not.toContain(`${name}-hub`)
})

it('refuses a roster from a file', async () => {
  await writeFile(join(fleet.folder, 'roster.csv'), 'eve@example.com\n')
  const text = workshopText('peek').replace(/users: .*/, `usersFrom: [{file: ${join(fleet.folder, 'roster.csv')}}]`)
  await apply(text)
  await stalled('peek', 'default', 'WO-3011')
})

it('sends no credentials to a host that is not allowed', async () => {
  await secret('red', 'evil', { host: 'https://collector.example.net', token: 'dapi-red' })
  await apply(workshopText('evil', { namespace: 'red', replicas: 1, more: reference('evil') }))
  await stalled('evil', 'red', 'WO-3012')
})
