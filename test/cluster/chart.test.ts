import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { repository } from '../support/product.ts'
import { findBinaries } from './binaries.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

const chart = join(repository, 'charts', 'workshop-operator')
let folder: string
let plane: ControlPlane

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workshop-chart-'))
  plane = await startControlPlane({ withoutCrd: true, controllerManager: true })
}, 240_000)
afterAll(async () => {
  await plane.stop()
  rmSync(folder, { recursive: true, force: true })
})

function helm(...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: plane.kubeconfig }
  const built = join(findBinaries() ?? '', 'helm')
  const program = existsSync(built) ? built : 'helm'
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 120_000 })
  if (error) throw error
  return { code: status, out: stdout, err: stderr }
}

function values(text: string): string {
  const file = join(folder, `values-${Math.abs(hash(text))}.yaml`)
  writeFileSync(file, text)
  return file
}

const hash = (text: string) => [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7)

const valueSets: readonly (readonly [string, string])[] = [
  ['the defaults', '{}'],
  ['one controller without Lease', 'replicas: 1\nleaderElection: {enabled: false}'],
  [
    'one namespace with its own credentials',
    'watchNamespace: events\ncredentialsSecret: databricks\nallowedHosts: [.example.com]\nserviceAccount: {annotations: {a: b}}',
  ],
  [
    'nothing optional',
    'crd: {enabled: false}\nrbac: {aggregateRoles: false}\nnetworkPolicy: {enabled: false}\npodDisruptionBudget: {enabled: false}\nmetrics: {service: {enabled: false}}',
  ],
  [
    'everything that can be set',
    `image: {digest: sha256:${'a'.repeat(64)}}
imagePullSecrets: [{name: pull}]
priorityClassName: system-cluster-critical
podLabels: {team: events}
podAnnotations: {note: 'yes'}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: a, operator: Exists}]
extraArgs: ['--no-color']
extraEnv: [{name: HTTPS_PROXY, value: http://proxy.example.com}]
networkPolicy: {metricsFrom: [{namespaceSelector: {}}]}
metrics: {dashboard: {enabled: true}}`,
  ],
]

describe('every value set', () => {
  it.for(valueSets)('%s: lints, and the API server takes what it renders', { timeout: 90_000 }, async ([, text]) => {
    const file = values(text)
    expect(helm('lint', '--strict', '--values', file, chart)).toMatchObject({ code: 0 })
    const { out, err, code } = helm('template', 'wo', chart, '--namespace', 'default', '--values', file)
    expect(err).toBe('')
    expect(code).toBe(0)
    await plane.kubectl(['create', 'namespace', 'events'])
    const applied = await plane.kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], out)
    expect(applied.err.replace(/^Warning: .*kubeVersion.*\n/gm, '')).toBe('')
    expect(applied.code).toBe(0)
  })

  it.for([
    ['an unknown value', 'replica: 2'],
    ['a wrong duration', 'interval: 30'],
    ['a number of controllers that is none', 'replicas: -1'],
  ] as const)('%s is refused', ([, text]) => {
    expect(helm('template', 'wo', chart, '--values', values(text)).code).not.toBe(0)
  })
})

it('renders monitoring from metrics that the controller has', async () => {
  const { LoopMetrics } = await import('../../controller/loop/metrics.ts')
  const on = 'metrics: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboard: {enabled: true}}'
  const { out } = helm('template', 'wo', chart, '--values', values(on))
  const kinds = parseAllDocuments(out).map((document) => document.toJS()?.kind)
  expect(kinds).toEqual(expect.arrayContaining(['ServiceMonitor', 'PrometheusRule', 'ConfigMap']))
  const known = await new LoopMetrics(1).text()
  const names = out.match(/\b(workshop|controller_runtime)_[a-z_]+(?=[{[)])/g) ?? []
  expect(names.length).toBeGreaterThan(8)
  for (const name of new Set(names)) expect(known).toContain(name.replace(/_bucket$/, ''))
})

it('installs, keeps the CRD and Workshops over upgrade and uninstall, and gives the controller what it needs only', async () => {
  await plane.run(['create', 'namespace', 'operator'])
  const install = ['--namespace', 'operator', '--values', values('credentialsSecret: databricks')]
  expect(helm('install', 'wo', chart, ...install)).toMatchObject({ code: 0 })
  await plane.run(['wait', '--for=condition=Established', 'crd/workshops.vibeworkshop.dev', '--timeout=60s'])
  const workshop = `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: first, namespace: default}
spec: {participants: {users: [ada@example.com]}}
`
  await plane.run(['apply', '-f', '-'], workshop)

  const may = async (verb: string, what: string, ...more: readonly string[]) =>
    (
      await plane.kubectl([
        'auth',
        'can-i',
        verb,
        what,
        '--as=system:serviceaccount:operator:wo-workshop-operator',
        ...more,
      ])
    ).out.trim()
  for (const [verb, what] of [
    ['watch', 'workshops.vibeworkshop.dev'],
    ['list', 'secrets'],
  ] as const)
    expect(await may(verb, what)).toBe('yes')
  expect(await may('patch', 'workshops.vibeworkshop.dev', '--subresource=status')).toBe('yes')
  expect(await may('update', 'workshops.vibeworkshop.dev', '--subresource=scale')).toBe('no')
  expect(await may('update', 'leases.coordination.k8s.io', '-n', 'operator')).toBe('yes')
  for (const [verb, what] of [
    ['delete', 'workshops.vibeworkshop.dev'],
    ['create', 'secrets'],
    ['delete', 'configmaps'],
    ['create', 'pods'],
    ['update', 'leases.coordination.k8s.io'],
    ['escalate', 'clusterroles'],
  ] as const)
    expect(await may(verb, what)).toBe('no')

  await plane.run([
    'create',
    'rolebinding',
    'eve',
    '--clusterrole=wo-workshop-operator-editor',
    '--user=eve',
    '-n',
    'default',
  ])
  const eve = async (verb: string, what: string, ...more: readonly string[]) =>
    (await plane.kubectl(['auth', 'can-i', verb, what, '--as=eve', '-n', 'default', ...more])).code
  expect(await eve('create', 'workshops.vibeworkshop.dev')).toBe(0)
  expect(await eve('patch', 'workshops.vibeworkshop.dev', '--subresource=status')).not.toBe(0)

  // Aggregation itself is the work of a controller that does not run here; its labels are what it goes by.
  const aggregated = await plane.run([
    'get',
    'clusterrole',
    '-l',
    'rbac.authorization.k8s.io/aggregate-to-edit=true',
    '-o',
    'name',
  ])
  expect(aggregated).toContain('wo-workshop-operator-editor')
  expect(aggregated).not.toContain('wo-workshop-operator-admin')

  expect(helm('upgrade', 'wo', chart, ...install, '--set', 'replicas=3')).toMatchObject({ code: 0 })
  expect(await plane.run(['get', 'deploy', '-n', 'operator', '-o', 'jsonpath={.items[0].spec.replicas}'])).toBe('3')
  expect(helm('uninstall', 'wo', '--namespace', 'operator')).toMatchObject({ code: 0 })
  expect(await plane.run(['get', 'workshop', 'first', '-o', 'jsonpath={.metadata.name}'])).toBe('first')
  expect(
    await plane.run([
      'get',
      'deploy,sa,role,lease',
      '-n',
      'operator',
      '-l',
      'app.kubernetes.io/instance=wo',
      '-o',
      'name',
    ]),
  ).toBe('')
}, 180_000)

it('asks for pods that the restricted level of Pod Security takes', async () => {
  const labels = 'pod-security.kubernetes.io/enforce=restricted'
  await plane.run(['create', 'namespace', 'strict'])
  await plane.run(['label', 'namespace', 'strict', labels])
  const { out } = helm('template', 'wo', chart, '--namespace', 'strict', '--show-only', 'templates/deployment.yaml')
  const { metadata, spec } = parseAllDocuments(out)[0]?.toJS().spec.template ?? {}
  await plane.run(['create', 'serviceaccount', 'wo-workshop-operator', '-n', 'strict'])
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'try', namespace: 'strict' }, spec }
  const answer = await plane.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod))
  expect(answer.err).toBe('')
  expect(answer.code).toBe(0)
  const loose = { ...pod, spec: { ...spec, hostNetwork: true } }
  expect((await plane.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(loose))).err).toContain(
    'PodSecurity',
  )
}, 60_000)
