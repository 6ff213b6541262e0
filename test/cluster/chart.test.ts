/** What the chart renders: for every set of values the API server takes it, and a wrong value is refused with its name. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/bench-fleet.ts'
import { repository } from '../support/product.ts'
import { workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { chartFolder, type Helm, manifestsOf, startHelm } from './helm.ts'
import { monitoringCrds } from './monitoring-crds.ts'

let plane: ControlPlane
let helm: Helm

beforeAll(async () => {
  plane = await startControlPlane({ withoutCrd: true, controllerManager: true })
  helm = await startHelm(plane)
  for (const name of ['events', 'strict', 'people']) await plane.run(['create', 'namespace', name])
  await plane.run(['apply', '-f', '-'], monitoringCrds)
  await plane.run(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
}, 240_000)
afterAll(async () => {
  await helm?.close()
  await plane?.stop()
})

const template = async (text: string, ...more: readonly string[]) =>
  helm.try('template', 'wo', chartFolder, '--namespace', 'default', '--values', await helm.values(text), ...more)

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
networkPolicy: {metricsFrom: [{namespaceSelector: {}}], extraEgress: [{ports: [{port: 3128}]}]}
probes: {port: 9440}`,
  ],
  [
    'all that watches it',
    'metrics: {port: 9090, serviceMonitor: {enabled: true, labels: {release: prom}}, prometheusRule: {enabled: true}, dashboard: {enabled: true}}',
  ],
]

describe('every value set', () => {
  it.for(valueSets)('%s: lints, and the API server takes what it renders', { timeout: 90_000 }, async ([, text]) => {
    const file = await helm.values(text)
    await helm.run('lint', '--strict', '--values', file, chartFolder)
    const { out, err, code } = await template(text)
    expect(err).toBe('')
    expect(code).toBe(0)
    const applied = await plane.kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], out)
    expect(applied.err).toBe('')
    expect(applied.code).toBe(0)
  })

  it.for([
    ['an unknown value', 'replica: 2', /'replica'/],
    ['an unknown value below', 'leaderElection: {enable: true}', /leaderElection.*'enable'/s],
    ['a duration without unit', 'interval: 30', /interval.*string/s],
    ['a number of controllers that is none', 'replicas: -1', /replicas.*minimum/s],
    ['a port that needs root', 'probes: {port: 80}', /probes\/port.*minimum/s],
    ['a tag with a space', 'image: {tag: "a b"}', /image\/tag.*pattern/s],
    ['a digest that is none', 'image: {digest: latest}', /image\/digest.*pattern/s],
    ['two controllers without Lease', 'leaderElection: {enabled: false}', /replicas.*maximum/s],
    [
      'an end that cuts the drain short',
      'terminationGracePeriodSeconds: 10',
      /terminationGracePeriodSeconds.*minimum/s,
    ],
  ] as const)('%s is refused by name', async ([, text, said]) => {
    const { code, err } = await template(text)
    expect(err).toMatch(said)
    expect(code).toBe(1)
  })
})

describe('what is rendered', () => {
  it('spells every flag as the program does', async () => {
    const { out } = await template(
      valueSets.map(([, text]) => text).find((text) => text.includes('watchNamespace')) ?? '',
    )
    const args: readonly string[] = manifestsOf(out).find(({ kind }) => kind === 'Deployment').spec.template.spec
      .containers[0].args
    expect(args.filter((each) => each.startsWith('--')).length).toBeGreaterThan(8)
    const program = join(repository, 'controller', 'cli', 'main.ts')
    const { stdout: help } = await promisify(execFile)(process.execPath, [program, 'controller', '--help'])
    for (const flag of args.filter((each) => each.startsWith('--'))) expect(help, flag).toContain(`  ${flag} `)
  })

  it('is a pod that the restricted level of Pod Security takes', async () => {
    const labels = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`)
    await plane.run(['label', 'namespace', 'strict', ...labels])
    const { out } = await template('{}', '--show-only', 'templates/deployment.yaml')
    const { metadata, spec } = manifestsOf(out)[0].spec.template
    await plane.run(['create', 'serviceaccount', 'wo-workshop-operator', '-n', 'strict'])
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'try', namespace: 'strict' }, spec }
    const create = (what: object) => plane.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(what))
    expect(await create(pod)).toMatchObject({ err: '', code: 0 })
    expect((await create({ ...pod, spec: { ...spec, hostNetwork: true } })).err).toContain('PodSecurity')
  }, 60_000)

  it('selects its own pods everywhere', async () => {
    const manifests = manifestsOf((await template('metrics: {serviceMonitor: {enabled: true}}')).out)
    const of = (kind: string) => manifests.find((each) => each.kind === kind)
    const { labels } = of('Deployment').spec.template.metadata
    const selectors = [
      of('Deployment').spec.selector.matchLabels,
      of('PodDisruptionBudget').spec.selector.matchLabels,
      of('NetworkPolicy').spec.podSelector.matchLabels,
      of('Service').spec.selector,
    ]
    for (const selector of selectors) expect(labels).toMatchObject(selector)
    expect(of('Service').metadata.labels).toMatchObject(of('ServiceMonitor').spec.selector.matchLabels)
    const ports: readonly { name: string }[] = of('Deployment').spec.template.spec.containers[0].ports
    const named = [
      of('ServiceMonitor').spec.endpoints[0].port,
      of('Service').spec.ports[0].targetPort,
      ...of('NetworkPolicy').spec.ingress.flatMap((rule: { ports: { port: string }[] }) =>
        rule.ports.map(({ port }) => port),
      ),
    ]
    expect([...new Set(named)].sort()).toEqual(ports.map(({ name }) => name).sort())
    expect(of('PodDisruptionBudget').spec.minAvailable).toBeLessThan(of('Deployment').spec.replicas)
  })
})

describe('after the installation', () => {
  it.for([
    [
      '{}',
      [/kubectl get workshops -A/, /each Workshop needs spec\.workspaceRef/, /get lease workshop-operator -n default/],
    ],
    ['{credentialsSecret: databricks}', [/own credentials serve Workshops of namespace default only/]],
    ['{credentialsSecret: databricks, defaultCredentialsNamespaces: [red, blue]}', [/serve: red, blue\./]],
    [
      '{watchNamespace: events, credentialsSecret: databricks, controllerId: two}',
      [
        /get workshops -n events/,
        /name events in defaultCredentialsNamespaces/,
        /lease workshop-operator-two -n events/,
      ],
    ],
    ['{replicas: 1, leaderElection: {enabled: false}, crd: {keep: false}}', [/inside the pod; /]],
  ] as const)('the notes fit %s', async ([text, parts]) => {
    const notes = await helm.run('install', 'wo', chartFolder, '--dry-run=client', '--values', await helm.values(text))
    for (const part of parts) expect(notes).toMatch(part)
    expect(notes.includes('helm uninstall keeps')).toBe(!text.includes('keep: false'))
    expect(notes.includes('get lease')).toBe(!text.includes('enabled: false'))
  })
})

/** May vera (view), eddy (edit) and anna (admin) do it in their namespace? */
const table: readonly (readonly [string, readonly string[], readonly boolean[]])[] = [
  ['read Workshops', ['get', 'ws'], [true, true, true]],
  ['make one', ['create', '--dry-run=server', '-f', '-'], [false, true, true]],
  ['scale one', ['scale', '--dry-run=server', 'ws/given', '--replicas=2'], [false, true, true]],
  ['delete one', ['delete', '--dry-run=server', 'ws', 'given'], [false, true, true]],
  [
    'delete all',
    ['delete', '--raw', '/apis/vibeworkshop.dev/v1alpha1/namespaces/people/workshops?dryRun=All'],
    [false, false, true],
  ],
  [
    'write a status',
    [
      'patch',
      'ws',
      'given',
      '--dry-run=server',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Ready"}}',
    ],
    [false, false, true],
  ],
]

describe('people', () => {
  beforeAll(async () => {
    await helm.run('install', 'wo', chartFolder, '--namespace', 'default')
    await plane.run(['wait', '--for=condition=Established', 'crd/workshops.vibeworkshop.dev', '--timeout=60s'])
    await plane.run(['apply', '-n', 'people', '-f', '-'], workshopText('given', { namespace: 'people' }))
    for (const [name, role] of [
      ['vera', 'view'],
      ['eddy', 'edit'],
      ['anna', 'admin'],
    ] as const) {
      await plane.run(['create', 'rolebinding', name, '-n', 'people', `--clusterrole=${role}`, `--user=${name}`])
    }
    // The controller manager merges our roles into view, edit and admin.
    await until(
      'aggregation',
      () => as('eddy', table[1]?.[1] ?? []),
      ({ code }) => code === 0,
      30_000,
    )
  }, 120_000)

  it.for(table)('who may %s', async ([, args, expected]) => {
    for (const [at, name] of ['vera', 'eddy', 'anna'].entries()) {
      const { code, err } = await as(name, args)
      expect(code === 0, `${name}: ${err}`).toBe(expected[at])
      if (!expected[at]) expect(err).toContain('orbidden')
    }
  })

  it('have rights in their namespace only', async () => {
    expect((await plane.kubectl(['get', 'ws', '-n', 'default', '--as=anna'])).err).toContain('forbidden')
  })
})

const as = (name: string, args: readonly string[]) =>
  plane.kubectl([...args, '-n', 'people', `--as=${name}`], workshopText('made', { namespace: 'people' }))
