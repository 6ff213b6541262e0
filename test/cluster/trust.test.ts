/** Two namespaces, two workspaces: what a Workshop may reach, and what it must not. */
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  ['a folder as repository', '  source: {git: {url: "file:///etc", branch: main}}\n', 'WO-3011'],
  ['a server of the machine', '  source: {git: {url: "http://127.0.0.1:6443/x", branch: main}}\n', 'WO-3011'],
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

it.for([
  ['a stranger', 'https://collector.example.net'],
  ['one that only looks like a workspace', 'https://acme.cloud.databricks.com@collector.example.net'],
  ['one with the name in its path', 'https://collector.example.net/acme.cloud.databricks.com'],
  ['the metadata service', 'http://169.254.169.254'],
  ['the metadata service as one number', 'https://2852039166'],
  ['the API server', 'https://kubernetes.default.svc'],
  ['no host', 'file:///etc/passwd'],
] as const)('sends no credentials to a host that is not allowed: %s', async ([, host], { task }) => {
  const name = `evil-${task.id
    .replace(/[^a-z0-9]/gi, '')
    .slice(-6)
    .toLowerCase()}`
  await secret('red', name, { host, token: 'dapi-red' })
  await apply(workshopText(name, { namespace: 'red', replicas: 1, more: reference(name) }))
  const text = await stalled(name, 'red', 'WO-3012')
  expect(text).not.toContain('dapi-red')
})

it('follows no redirect of a workspace, with or without its token', async () => {
  const taken: string[] = []
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }
  const collector = await listen(({ url = '', headers }, response) => {
    taken.push(`${url} ${headers.authorization ?? ''}`)
    response.end('{"userName":"eve"}')
  })
  const asked: string[] = []
  const workspace = await listen(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(307, { location: `${collector.url}${url}` }).end()
  })
  try {
    const logins = { pat: { token: 'dapi-red' }, m2m: { client_id: 'red', client_secret: 'dose-red' } }
    for (const [name, login] of Object.entries(logins)) {
      await secret('red', name, { host: workspace.url, ...login })
      await apply(workshopText(name, { namespace: 'red', replicas: 1, more: reference(name) }))
      const text = await until(
        'a refusal',
        () => plane.run(['get', 'ws', name, '-n', 'red', '-o', 'jsonpath={.status.conditions}']),
        (conditions) => conditions.includes('redirected') || conditions.includes('WO-2'),
        20_000,
      )
      expect(text).not.toMatch(/dapi-red|dose-red/)
    }
    expect(asked.some((url) => url.includes('Me'))).toBe(true)
    expect(asked).toContain('/oidc/v1/token')
    expect(taken).toEqual([])
  } finally {
    for (const { server } of [collector, workspace]) {
      server.closeAllConnections()
      server.close()
    }
  }
})

it('cannot be led out of its namespace by a name', async () => {
  for (const name of ['red/acme', '../red/acme', 'acme,metadata.namespace=red', 'acme%2f..']) {
    const text = workshopText('way-out', { namespace: 'blue', more: reference(`"${name}"`) })
    expect((await plane.kubectl(['apply', '-f', '-'], text)).err).toContain('spec.workspaceRef.secretRef.name')
  }
})

it('goes on as it was when a good spec becomes a greedy one', async () => {
  const patch = { spec: { credentials: { token: { issue: null, file: '/proc/self/environ' } } } }
  await plane.run(['patch', 'ws', 'red', '-n', 'red', '--type=merge', '-p', JSON.stringify(patch)])
  await stalled('red', 'red', 'spec.credentials.token.file')
  expect(await fleet.apps()).toContain('red-hub')
})

it('says nothing of what a Secret holds, whatever key of it is named', async () => {
  await secret('blue', 'database', { password: 'hunter2\nhunter2' })
  const text = workshopText('nosy', { namespace: 'blue', replicas: 1, more: reference('acme') }).replace(
    /users: .*/,
    'usersFrom: [{secretRef: {name: database, key: password}}]',
  )
  await apply(text)
  await stalled('nosy', 'blue', 'spec.participants.usersFrom[0]')
  const seen = [
    await plane.run(['get', 'ws', 'nosy', '-n', 'blue', '-o', 'yaml']),
    await plane.run(['get', 'events', '-n', 'blue', '-o', 'yaml']),
    fleet.logged.join('\n'),
  ]
  expect(seen.join('\n')).not.toContain('hunter2')
})

it('keeps what is said in a room inside its namespace', async () => {
  const room = { apiVersion: 'vibeworkshop.dev/v1alpha1', kind: 'WorkshopRoom', spec: { announcement: { text: 'Hi' } } }
  await apply(JSON.stringify({ ...room, metadata: { name: 'red', namespace: 'blue' } }))
  await until(
    'nobody to tell',
    () => plane.run(['get', 'wsr', 'red', '-n', 'blue', '-o', 'jsonpath={.status.conditions[0].reason}']),
    (reason) => reason === 'NoWorkshop',
  )
  expect(await plane.run(['get', 'ws', 'red', '-n', 'red', '-o', 'jsonpath={.status.room}'])).toBe('')
})
