/**
 * The guide's pages about clusters, followed to the letter: their kubectl and helm against a real API server, with the
 * controller that the page installs run as its pod would, in front of an emulated workspace.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { commandsOf, kindOf, shellBlocks } from '../docs/guide-page.ts'
import { ended } from '../docs/page-run.ts'
import { people, until } from '../support/bench-fleet.ts'
import { dockerfile, hasBubblewrap } from '../support/image.ts'
import { freePorts, repository } from '../support/product.ts'
import { findBinaries } from './binaries.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { gitopsCrds } from './gitops-crds.ts'
import { type Helm, startHelm } from './helm.ts'
import { monitoringCrds } from './monitoring-crds.ts'
import { type Pod, startPod } from './pod.ts'

const read = (path: string) => readFile(join(repository, path), 'utf8')
const commandsIn = async (page: string) => shellBlocks(await read(`docs/guide/${page}.md`)).flatMap(commandsOf)
const release = ['workshop-operator', '--namespace', 'workshop-operator'] as const

let plane: ControlPlane
let helm: Helm
let bench: Bench
let folder: string
let pod: Pod | undefined
/** What an installation here needs more than one elsewhere: the emulator's address, free ports, quick looks. */
let ownValues: string

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle.ts', '--if-stale'], { cwd: repository })
  if (status !== 0) throw new Error(String(stderr))
  folder = await mkdtemp(join(tmpdir(), 'workshop-guide-'))
  for (const name of ['charts', 'docs']) await symlink(join(repository, name), join(folder, name))
  await cp(join(repository, 'examples'), join(folder, 'examples'), { recursive: true })
  plane = await startControlPlane({ controllerManager: true, withoutCrd: true })
  helm = await startHelm(plane)
  bench = await startBench({ users: people.map((email) => ({ email, displayName: email })) })
  const [metrics, probes] = await freePorts(2)
  ownValues = await helm.values(
    `{allowedHosts: [127.0.0.1], interval: 2s, probes: {port: ${probes}}, metrics: {port: ${metrics}}, extraArgs: [--port, '0']}`,
  )
  // What a cluster with these tools has.
  for (const crds of [monitoringCrds, gitopsCrds]) await plane.run(['apply', '-f', '-'], crds)
  for (const name of ['argocd', 'flux-system']) await plane.run(['create', 'namespace', name])
  await plane.run(['create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=url=https://argocd.example.com'])
}, 240_000)
afterAll(async () => {
  await pod?.stop()
  await bench?.close()
  await helm?.close()
  await plane?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** One line as a reader's shell would run it; throws with what it printed. */
async function shell(command: string): Promise<string> {
  const env = {
    PATH: `${findBinaries()}:${process.env['PATH']}`,
    HOME: helm.folder,
    KUBECONFIG: plane.kubeconfig,
    DATABRICKS_HOST: bench.emulator.url,
    DATABRICKS_TOKEN: adminToken,
  }
  const { code, printed } = await ended(
    spawn('bash', ['--norc', '-euo', 'pipefail', '-c', command], { cwd: folder, env }),
  )
  if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${printed}`)
  return printed
}

/** There is no kubelet here: what Helm installed is started by hand, and again when an upgrade changes it. */
async function restart(): Promise<void> {
  await pod?.stop()
  const manifest = await helm.run('get', 'manifest', ...release)
  const token = (await plane.run(['create', 'token', 'workshop-operator', '-n', 'workshop-operator'])).trim()
  pod = await startPod({ manifest, plane, token, namespace: 'workshop-operator' })
}

async function follow(page: string): Promise<ReadonlyMap<string, string>> {
  const printed = new Map<string, string>()
  for (const command of await commandsIn(page)) {
    if (kindOf(command) !== 'cluster') continue
    const changes = /^helm (install|upgrade)/.test(command)
    printed.set(command, await shell(changes ? `${command} --values ${ownValues}` : command))
    if (changes) await restart()
  }
  return printed
}

const outputOf = (printed: ReadonlyMap<string, string>, part: string) =>
  [...printed].find(([command]) => command.includes(part))?.[1] ?? ''
const apps = async () =>
  ((await bench.get('/api/2.0/apps?page_size=100')).json.apps ?? []).map(({ name }: { name: string }) => name).sort()

// Not twice: what the first try installed would stand in the way of the second.
describe.skipIf(!hasBubblewrap())('the commands of', { retry: 0 }, () => {
  it('In Kubernetes work as written, and leave nothing behind', async () => {
    const printed = await follow('in-kubernetes')
    expect(outputOf(printed, 'explain')).toContain('replicas')
    expect(outputOf(printed, 'get workshops -A')).toMatch(/events +lakehouse-day +True +2\/2 +4/)
    expect(outputOf(printed, 'describe')).toContain('AppReady')
    expect(outputOf(printed, 'day-entry')).toMatch(/^https?:\/\/lakehouse-hub/)
    expect(await apps()).toEqual([])
    expect(await plane.run(['get', 'deploy', '-A', '-o', 'name'])).toBe('')
    await pod?.stop()
    pod = undefined
  }, 240_000)

  it('With Argo CD and With Flux work as written, with the controller there', async () => {
    await helm.run('install', ...release, join(repository, 'charts', 'workshop-operator'), '--values', ownValues)
    await restart()
    await plane.run(['create', 'namespace', 'events'])
    await shell(
      'kubectl create secret generic databricks -n events --from-literal=host="$DATABRICKS_HOST" --from-literal=token="$DATABRICKS_TOKEN"',
    )
    const argo = await follow('with-argo-cd')
    expect(outputOf(argo, 'kubectl diff')).toBe('')
    const flux = await follow('with-flux')
    expect(outputOf(flux, 'lastHandledReconcileAt')).toMatch(/^\d*$/)
    const handled = ['get', 'ws', 'lakehouse-day', '-n', 'events', '-o', 'jsonpath={.status.lastHandledReconcileAt}']
    await until(
      'the request',
      () => plane.run(handled),
      (text) => /^\d+$/.test(text),
      30_000,
    )
    expect(await apps()).toEqual(['lakehouse-hub', 'lakehouse-worker-1', 'lakehouse-worker-2'])
  }, 240_000)
})

describe('the examples', () => {
  it('give Argo CD the health check of the chart', async () => {
    const patch = parse(await read('examples/argo-cd/health.patch.yaml'))
    const [[key, text] = []] = Object.entries(patch.data)
    expect(key).toBe('resource.customizations.health.vibeworkshop.dev_Workshop')
    expect(text).toBe(await read('charts/workshop-operator/files/health.lua'))
  })

  it('let kustomize change them as it changes other kinds', async () => {
    const overlay = await mkdtemp(join(folder, 'overlay-'))
    const patch = [{ op: 'replace', path: '/spec/workers/replicas', value: 12 }]
    const text = JSON.stringify({
      resources: [relative(overlay, join(folder, 'examples', 'cluster'))],
      namePrefix: 'spring-',
      patches: [{ target: { kind: 'Workshop' }, patch: JSON.stringify(patch) }],
    })
    await writeFile(join(overlay, 'kustomization.yaml'), text)
    const made = await plane.run(['kustomize', overlay])
    expect(made).toMatch(/name: spring-lakehouse-day/)
    expect(made).toMatch(/replicas: 12/)
    expect(made).toMatch(/users: \|/)
  })
})

it('the docker commands of the pages name what the Dockerfile has', async () => {
  const pages = await Promise.all(['in-kubernetes', 'with-argo-cd', 'with-flux'].map(commandsIn))
  const commands = pages.flat().filter((command) => kindOf(command) === 'docker')
  expect(commands.length).toBeGreaterThan(0)
  const { version } = parse(await read('charts/workshop-operator/Chart.yaml'))
  for (const command of commands) {
    expect(command).toMatch(/^docker build (--target \S+ )?-t \S+ \.$/)
    expect(command).toContain(`workshop-operator:${version}`)
    const target = /--target (\S+)/.exec(command)?.[1]
    if (target) expect(dockerfile().map(({ name }) => name)).toContain(target)
  }
})
