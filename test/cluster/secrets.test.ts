/** What lies beside a Workshop: rosters and credentials that change, go or may not be read, and the address it publishes. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Controller } from '../../controller/loop/controller.ts'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
let controller: Controller
beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true })
  fleet = await startClusterFleet(plane)
  controller = await fleet.start({ allowedHosts: ['127.0.0.1'] })
}, 240_000)
afterAll(async () => {
  await fleet?.close()
  await plane?.stop()
})

const apply = (object: object | string) =>
  plane.run(['apply', '-f', '-'], typeof object === 'string' ? object : JSON.stringify(object))
const configMap = (name: string, data: object) =>
  apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data })
const secret = (name: string, stringData: object) =>
  apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, stringData })
const get = (kind: string, name: string, path: string) => plane.run(['get', kind, name, '-o', `jsonpath=${path}`])
const ready = (name: string) => plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '--timeout=60s'])
const rosterFrom = (name: string, from: string, more = '') =>
  workshopText(name, { replicas: 1, more }).replace(/users: .*/, `usersFrom: [${from}]`)
/** The longest that "within seconds" may take on a busy machine. */
const seconds = 10_000
const says = (name: string, part: string) =>
  until(
    part,
    () => get('ws', name, '{.status.conditions}'),
    (text) => text.includes(part),
    seconds,
  )
const mayUse = async (app: string) => {
  const { json } = await fleet.bench.get(`/api/2.0/permissions/apps/${app}`)
  return json.access_control_list.flatMap(({ user_name }: { user_name?: string }) => user_name ?? []).sort()
}

it('gives and takes access within seconds of a change of the ConfigMap that holds the roster', async () => {
  await configMap('people', { users: 'ada@example.com\ngrace@example.com\n' })
  await apply(rosterFrom('listed', '{configMapRef: {name: people}}'))
  await ready('listed')
  expect(await mayUse('listed-worker-1')).toEqual(expect.arrayContaining(['ada@example.com', 'grace@example.com']))
  const count = () => get('ws', 'listed', '{.status.summary.participants}')
  expect(await count()).toBe('2')

  await configMap('people', {
    users: 'name,email\nAda,ada@example.com\nAlan,alan@example.com\nBarbara,barbara@example.com\n',
  })
  await until('three people', count, (text) => text === '3', seconds)
  const people = await until(
    'their access',
    () => mayUse('listed-worker-1'),
    (names) => names.includes('alan@example.com') && !names.includes('grace@example.com'),
    seconds,
  )
  expect(people).toContain('barbara@example.com')
  expect(await get('ws', 'listed', '{.metadata.generation}')).toBe('1')

  await configMap('people', { users: 'ada@example.com\nnobody at all\n' })
  await says('listed', 'spec.participants.usersFrom[0] (ConfigMap people): nobody at all is not an e-mail address')
  expect(await count()).toBe('3')
  await configMap('people', { users: 'ada@example.com\n' })
  await until('one person', count, (text) => text === '1', seconds)
})

it('acts with the credentials that the Secret holds now', async () => {
  const { emulator, tokenOf } = fleet.bench
  const [first, second] = [tokenOf('operator@workshop.test'), tokenOf('operator@workshop.test')]
  await secret('login', { host: emulator.url, token: first })
  await apply(workshopText('rotated', { replicas: 1, more: '  workspaceRef: {secretRef: {name: login}}\n' }))
  await ready('rotated')
  await secret('login', { host: emulator.url, token: second })
  const { credentials } = emulator.workspace
  const old = credentials.personalTokens().find(({ value }) => value === first)
  credentials.revokePersonal(old?.tokenId ?? '')
  await plane.run(['scale', 'ws/rotated', '--replicas=2'])
  await until('the second worker', fleet.apps, (apps) => apps.includes('rotated-worker-2'), seconds)
  await ready('rotated')
})

it.for([
  [
    'a roster',
    (name: string) => rosterFrom('less', `{secretRef: {name: ${name}}}`),
    'spec.participants.usersFrom[0]',
    { users: 'ada@example.com\n' },
  ],
  [
    'a token',
    (name: string) =>
      workshopText('less', { replicas: 1, more: `  credentials: {token: {secretRef: {name: ${name}, key: token}}}\n` }),
    'spec.credentials.token.secretRef',
    { token: 'dapi-model' },
  ],
] as const)(
  'says which field names a Secret that is not there, lacks the key or came later: %s',
  async ([what, text, path, data]) => {
    const name = `late-${what.split(' ')[1]}`
    await apply(text(name))
    await says('less', `WO-3010 ${path}: Secret ${name} does not exist`)
    await secret(name, { other: 'x' })
    await says('less', `Secret ${name} has no key ${Object.keys(data)[0]}`)
    await secret(name, data)
    await ready('less')
    await plane.run(['delete', 'ws', 'less', '--timeout=60s'])
  },
)

it('publishes its address, puts it back when it is deleted or edited, and takes it along', async () => {
  await apply(workshopText('open', { replicas: 1 }))
  await ready('open')
  const url = await get('ws', 'open', '{.status.url}')
  const isBack = () =>
    until(
      'the address',
      async () => (await plane.kubectl(['get', 'configmap', 'open-entry', '-o', 'jsonpath={.data.url}'])).out,
      (text) => text === url && url !== '',
      seconds,
    )
  await isBack()
  await plane.run(['delete', 'configmap', 'open-entry'])
  await isBack()
  await plane.run([
    'patch',
    'configmap',
    'open-entry',
    '--type=merge',
    '-p',
    '{"data":{"url":"https://evil.example.net"}}',
  ])
  await isBack()
  const uid = await get('ws', 'open', '{.metadata.uid}')
  expect(await get('configmap', 'open-entry', '{.metadata.ownerReferences[0].uid}')).toBe(uid)
  await plane.run(['delete', 'ws', 'open', '--timeout=60s'])
  const found = () => plane.kubectl(['get', 'configmap', 'open-entry'])
  await until('it is gone', found, ({ code, err }) => code === 1 && err.includes('NotFound'), 60_000)
})

it('leaves a ConfigMap alone that has the name of its address', async () => {
  await configMap('taken-entry', { url: 'https://somebody.example.net', more: 'theirs' })
  await apply(workshopText('taken', { replicas: 1 }))
  await ready('taken')
  expect(await get('configmap', 'taken-entry', '{.data.url}')).toBe('https://somebody.example.net')
})

it('says that a Secret may not be read, and goes on with the others', async () => {
  await controller.stop()
  await plane.run(['create', 'serviceaccount', 'narrow'])
  for (const part of [
    'workshops',
    'workshops/status',
    'workshoprooms',
    'workshoprooms/status',
    'configmaps',
    'events.events.k8s.io',
  ]) {
    const role = `may-${part.replace(/[/.]/g, '-')}`
    await plane.run(['create', 'clusterrole', role, '--verb=get,list,watch,create,patch', `--resource=${part}`])
    await plane.run([
      ...['create', 'clusterrolebinding', role, `--clusterrole=${role}`],
      '--serviceaccount=default:narrow',
    ])
  }
  const token = (await plane.run(['create', 'token', 'narrow'])).trim()
  await fleet.start({ kubeconfig: await plane.kubeconfigFor(token), allowedHosts: ['127.0.0.1'] })
  await says('rotated', 'WO-3010 spec.workspaceRef.secretRef: Secret login may not be read')
  await configMap('people', { users: 'ada@example.com\nalan@example.com\n' })
  await until(
    'two people',
    () => get('ws', 'listed', '{.status.summary.participants}'),
    (text) => text === '2',
    seconds,
  )
})
