/** The installed chart's own ServiceAccount and roles: what a controller in a pod can do with them, and nothing more. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { people, until } from '../support/bench-fleet.ts'
import { hasBubblewrap } from '../support/image.ts'
import { freePorts, repository } from '../support/product.ts'
import { type Granted, grantedBy, usedIn } from './access.ts'
import { workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { chartFolder, type Helm, manifestsOf, startHelm } from './helm.ts'
import { type Pod, startPod } from './pod.ts'

let folder: string
let plane: ControlPlane
let helm: Helm
let bench: Bench
let auditLog: string
const pods: Pod[] = []

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle.ts', '--if-stale'], { cwd: repository })
  if (status !== 0) throw new Error(String(stderr))
  folder = await mkdtemp(join(tmpdir(), 'workshop-rights-'))
  auditLog = join(folder, 'audit.log')
  const policy = join(folder, 'audit.yaml')
  const rules = [
    { level: 'Metadata', userGroups: ['system:serviceaccounts:operator'], omitStages: ['RequestReceived'] },
  ]
  await writeFile(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [...rules, { level: 'None' }] }),
  )
  plane = await startControlPlane({
    controllerManager: true,
    withoutCrd: true,
    serverArgs: [
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${auditLog}`,
      // Stricter clusters check who may name an owner.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
    ],
  })
  helm = await startHelm(plane)
  bench = await startBench({ users: people.map((email) => ({ email, displayName: email })) })
  for (const name of ['operator', 'events', 'other']) await plane.run(['create', 'namespace', name])
}, 240_000)
afterAll(async () => {
  await Promise.all(pods.map((pod) => pod.stop()))
  await bench?.close()
  await helm?.close()
  await plane?.stop()
  await rm(folder, { recursive: true, force: true })
})

const apply = (text: string) => plane.run(['apply', '-f', '-'], text)
const secret = (namespace: string, name: string, stringData: Readonly<Record<string, string>>) =>
  apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData }))
const credentials = () => ({ host: bench.emulator.url, token: adminToken })
const wait = (namespace: string, name: string) =>
  plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '-n', namespace, '--timeout=90s'])
const reference = '  workspaceRef: {secretRef: {name: acme}}\n'

/** Installs the chart with these values more, and runs its container with its own token. */
async function install(release: string, values: string): Promise<{ readonly pod: Pod; readonly manifest: string }> {
  const [metrics, probes] = await freePorts(2)
  const file = await helm.values(`allowedHosts: [127.0.0.1]
interval: 2s
metrics: {port: ${metrics}}
probes: {port: ${probes}}
leaderElection: {leaseDuration: 6s, renewDeadline: 4s, retryPeriod: 1s}
extraArgs: [--port, '0']
${values}`)
  await helm.run('install', release, chartFolder, '--namespace', 'operator', '--values', file)
  const manifest = await helm.run('get', 'manifest', release, '--namespace', 'operator')
  const pod = await startPod({ manifest, plane, token: await tokenOf(release), namespace: 'operator' })
  pods.push(pod)
  return { pod, manifest }
}
const tokenOf = async (release: string) =>
  (await plane.run(['create', 'token', `${release}-workshop-operator`, '-n', 'operator'])).trim()
const refusals = async (pod: Pod) =>
  (await pod.get('metrics', '/metrics')).text.split('\n').filter((line) => /^rest_client.*code="40[13]"/.test(line))

/** As the page of the control room does, at the address that the pod prints. */
async function announce(pod: Pod, path: string, text: string): Promise<void> {
  const [, origin = '', key = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/\?key=(\S+)/.exec(pod.output()) ?? []
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ announcement: { text } })
  expect((await fetch(`${origin}${path}`, { method: 'PUT', headers, body })).status).toBe(202)
}

describe.skipIf(!hasBubblewrap())('a controller for all namespaces', () => {
  let pod: Pod
  let manifest: string

  it('serves Workshops from inside a pod with what the chart grants', async () => {
    ;({ pod, manifest } = await install('wo', ''))
    expect(
      await until(
        'readiness',
        () => pod.probe('readinessProbe'),
        (status) => status === 200,
        60_000,
      ),
    ).toBe(200)
    expect(await pod.probe('livenessProbe')).toBe(200)
    await secret('events', 'acme', credentials())
    await apply(
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: roster, namespace: events}, data: {users: ${people[0]}}}`,
    )
    const roster = 'usersFrom: [{configMapRef: {name: roster}}]'
    await apply(workshopText('day', { namespace: 'events', more: reference }).replace(/users: .*/, roster))
    await wait('events', 'day')
    const status = await plane.run([
      'get',
      'ws',
      'day',
      '-n',
      'events',
      '-o',
      'jsonpath={.metadata.finalizers} {.status.url}',
    ])
    expect(status).toMatch(/vibeworkshop\.dev\/fleet.*http/)
    expect(await plane.run(['get', 'configmap', 'day-entry', '-n', 'events', '-o', 'jsonpath={.data.url}'])).toContain(
      'http',
    )
    const holder = await plane.run([
      'get',
      'lease',
      'workshop-operator',
      '-n',
      'operator',
      '-o',
      'jsonpath={.spec.holderIdentity}',
    ])
    expect(holder).toMatch(/^operator-pod_/)

    // Said in the control room, twice: made, then changed.
    for (const text of ['Lunch', 'Back to work']) await announce(pod, '/api/workshops/events/day/room', text)
    await plane.run(['wait', '--for=condition=Ready', 'wsr/day', '-n', 'events', '--timeout=60s'])

    // The same news twice counts on the event that is there.
    for (const suspend of [true, false, true, false]) {
      await plane.run([
        'patch',
        'ws',
        'day',
        '-n',
        'events',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { suspend } }),
      ])
      const seen = () => plane.run(['get', 'ws', 'day', '-n', 'events', '-o', 'json']).then(JSON.parse)
      await until(
        'the change',
        seen,
        ({ metadata, status }) => status.observedGeneration === metadata.generation,
        20_000,
      )
    }
    expect(await plane.run(['get', 'events', '-n', 'events'])).toContain('workshop/day')
    await plane.run(['delete', 'ws', 'day', '-n', 'events', '--timeout=60s'])
    await apply(workshopText('target', { namespace: 'events', more: `${reference}  suspend: true\n` }))
    expect(await refusals(pod)).toEqual([])
  }, 240_000)

  it('uses every right that it has, and has no wildcard', async () => {
    const granted = grantedBy(manifest)
    expect(granted.filter((right: Granted) => right.includes('*'))).toEqual([])
    // The API server asks for it inside of a patch that makes an object, where no audit log shows it.
    const shown = granted.filter((right) => right !== 'create core/configmaps')
    const read = async () => usedIn(await readFile(auditLog, 'utf8'))
    const used = await until(
      'all of it in the audit log',
      read,
      (seen) => shown.every((right) => seen.includes(right)),
      30_000,
    )
    expect(used.filter((right) => !granted.includes(right))).toEqual([])
  }, 60_000)

  it.for([
    ['change a spec', ['scale', 'ws/target', '-n', 'events', '--replicas=2']],
    [
      'replace a Workshop',
      ['replace', '--raw', '/apis/vibeworkshop.dev/v1alpha1/namespaces/events/workshops/target', '-f', '-'],
    ],
    ['make a Workshop', ['create', '-n', 'events', '-f', '-']],
    ['delete a Workshop', ['delete', 'ws', 'target', '-n', 'events']],
    ['read one Secret by name', ['get', 'secret', 'acme', '-n', 'events']],
    ['write a Secret', ['patch', 'secret', 'acme', '-n', 'events', '-p', '{"stringData":{"a":"b"}}']],
    ['delete the published address', ['delete', 'configmap', 'roster', '-n', 'events']],
    ['get at another Lease', ['get', 'lease', 'another', '-n', 'operator']],
    ['get at Leases elsewhere', ['get', 'lease', 'workshop-operator', '-n', 'events']],
    ['run a pod', ['run', 'a', '--image=a', '-n', 'operator']],
    ['see namespaces', ['get', 'namespaces']],
    ['make tokens of others', ['create', 'token', 'default', '-n', 'events']],
    ['give itself more', ['create', 'clusterrolebinding', 'me', '--clusterrole=cluster-admin', '--user=me']],
    ['impersonate', ['get', 'ws', '-n', 'events', '--as=somebody']],
    ['change the CRD', ['label', 'crd', 'workshops.vibeworkshop.dev', 'a=b']],
  ] as const)('may not %s', async ([, args]) => {
    const login = await plane.kubeconfigFor(await tokenOf('wo'))
    const text = workshopText('made', { namespace: 'events' })
    const { code, err } = await plane.kubectl(['--kubeconfig', login, ...args], text)
    expect(err).toMatch(/forbidden|Forbidden/)
    expect(code).toBe(1)
  })

  it('is gone at SIGTERM and leaves the Lease to the next', async () => {
    expect(await pod.stop()).toBe(0)
    const holder = ['get', 'lease', 'workshop-operator', '-n', 'operator', '-o', 'jsonpath={.spec.holderIdentity}']
    expect(await plane.run(holder)).toBe('')
    pods.length = 0
  }, 60_000)
})

describe.skipIf(!hasBubblewrap())('a controller for one namespace', () => {
  it('serves that one with Roles alone, and may not look into any other', async () => {
    await apply(workshopText('elsewhere', { namespace: 'other', more: reference }))
    // Only the Secret that the owner of the namespace names.
    const options = ['-n', 'events', '--verb=list,watch', '--resource=secrets', '--resource-name=acme']
    await plane.run(['create', 'role', 'acme', ...options])
    await plane.run([
      'create',
      'rolebinding',
      'acme',
      '-n',
      'events',
      '--role=acme',
      '--serviceaccount=operator:one-workshop-operator',
    ])
    const { pod, manifest } = await install(
      'one',
      'watchNamespace: events\ncrd: {enabled: false}\nrbac: {readSecrets: false}',
    )
    await apply(workshopText('mine', { namespace: 'events', replicas: 1, more: reference }))
    await wait('events', 'mine')
    await plane.run(['get', 'lease', 'workshop-operator', '-n', 'events'])
    expect(await plane.run(['get', 'ws', 'elsewhere', '-n', 'other', '-o', 'jsonpath={.metadata.finalizers}'])).toBe('')
    expect(await refusals(pod)).toEqual([])

    const kinds = manifestsOf(manifest).filter(
      ({ kind, roleRef }) => kind === 'ClusterRoleBinding' || roleRef?.kind === 'ClusterRole',
    )
    expect(kinds).toEqual([])
    const may = async (verb: string, what: string, namespace: string) => {
      const as = '--as=system:serviceaccount:operator:one-workshop-operator'
      return (await plane.kubectl(['auth', 'can-i', verb, what, '-n', namespace, as])).out.trim()
    }
    const questions = [
      'list workshops.vibeworkshop.dev',
      'list configmaps',
      'list secrets/acme',
      'list secrets/other',
      'create leases.coordination.k8s.io',
    ]
    const answers = async (namespace: string) =>
      Promise.all(questions.map((each) => may(each.split(' ')[0] ?? '', each.split(' ')[1] ?? '', namespace)))
    expect(await answers('events')).toEqual(['yes', 'yes', 'yes', 'no', 'yes'])
    for (const namespace of ['other', 'operator', 'kube-system'])
      expect(await answers(namespace)).toEqual(['no', 'no', 'no', 'no', 'no'])
  }, 240_000)
})
