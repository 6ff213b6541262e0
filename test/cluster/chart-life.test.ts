/** The chart through its life: installed, upgraded with another CRD, rolled back, taken away, installed again. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { people, until } from '../support/bench-fleet.ts'
import { workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { chartFolder, type Helm, startHelm } from './helm.ts'

let plane: ControlPlane
let helm: Helm
/** The next release of the chart: a field more, and a column. */
let nextChart: string

beforeAll(async () => {
  plane = await startControlPlane({ withoutCrd: true, controllerManager: true })
  helm = await startHelm(plane)
  nextChart = join(helm.folder, 'next')
  await cp(chartFolder, nextChart, { recursive: true })
  const file = join(nextChart, 'files', 'workshop.crd.yaml')
  const crd = parse(await readFile(file, 'utf8'))
  const [version] = crd.spec.versions
  version.schema.openAPIV3Schema.properties.spec.properties.motto = { type: 'string', description: 'On every wall.' }
  version.additionalPrinterColumns.push({ name: 'Motto', type: 'string', jsonPath: '.spec.motto' })
  await writeFile(file, stringify(crd))
  const about = join(nextChart, 'Chart.yaml')
  await writeFile(about, (await readFile(about, 'utf8')).replaceAll('0.1.0', '0.2.0'))
}, 240_000)
afterAll(async () => {
  await helm?.close()
  await plane?.stop()
})

const release = ['wo', '--namespace', 'operator'] as const
const established = () =>
  plane.run(['wait', '--for=condition=Established', 'crd/workshops.vibeworkshop.dev', '--timeout=60s'])
const motto = `  motto: do it twice\n`
const take = (more = '') => plane.kubectl(['apply', '-f', '-'], workshopText('first', { more }))
const image = () =>
  plane.run(['get', 'deploy', '-n', 'operator', '-o', 'jsonpath={.items[*].spec.template.spec.containers[0].image}'])
const uid = () => plane.run(['get', 'ws', 'first', '-o', 'jsonpath={.metadata.uid}'])

it('installs into a namespace of its own and says what to do next', async () => {
  const notes = await helm.run('install', ...release, chartFolder, '--create-namespace')
  expect(notes).toContain('kubectl get workshops -A')
  expect(notes).toContain('spec.workspaceRef.secretRef')
  await established()
  expect((await take()).code).toBe(0)
  expect((await take(motto)).err).toContain('unknown field "spec.motto"')
  expect(await image()).toBe('workshop-operator:0.1.0')
}, 120_000)

it('brings a changed CRD with an upgrade, and the Workshops stay', async () => {
  const before = await uid()
  await helm.run('upgrade', ...release, nextChart, '--set', 'replicas=3')
  // The API server works its description of itself out anew a moment later.
  const explain = async () => (await plane.kubectl(['explain', 'ws.spec.motto'])).out
  await until('the new field', explain, (text) => text.includes('On every wall.'), 60_000)
  expect((await take(motto)).code).toBe(0)
  const [header, line] = (await plane.run(['get', 'ws', 'first'])).split('\n')
  expect(header).toContain('MOTTO')
  expect(line).toContain('do it twice')
  expect(await uid()).toBe(before)
  expect(await image()).toBe('workshop-operator:0.2.0')
}, 120_000)

it('rolls back: the older CRD again, what it does not know is not shown any more', async () => {
  await helm.run('rollback', 'wo', '1', '--namespace', 'operator')
  expect(await image()).toBe('workshop-operator:0.1.0')
  const unknown = ({ err }: { readonly err: string }) => err.includes('unknown field "spec.motto"')
  await until('the older schema', () => take(motto), unknown, 60_000)
  expect(await plane.run(['get', 'ws', 'first', '-o', 'jsonpath={.spec.participants.users[0]}'])).toBe(people[0])
  const history = JSON.parse(await helm.run('history', 'wo', '--namespace', 'operator', '--output', 'json'))
  expect(history.map(({ chart }: { chart: string }) => chart)).toEqual([
    'workshop-operator-0.1.0',
    'workshop-operator-0.2.0',
    'workshop-operator-0.1.0',
  ])
}, 120_000)

it('leaves CRD and Workshops when it is uninstalled, and nothing else', async () => {
  const before = await uid()
  expect(await helm.run('uninstall', ...release)).toContain('CustomResourceDefinition')
  expect(await uid()).toBe(before)
  const kinds = 'deploy,sa,svc,role,rolebinding,networkpolicy,pdb,clusterrole,clusterrolebinding'
  const left = ['get', kinds, '-A', '-l', 'app.kubernetes.io/instance=wo', '-o', 'name']
  expect(await plane.run(left)).toBe('')
}, 120_000)

it('takes its CRD up again; another release takes it over only when it is told to', async () => {
  const before = await uid()
  await helm.run('install', ...release, chartFolder)
  await helm.run('uninstall', ...release)
  const another = ['install', 'another', chartFolder, '--namespace', 'operator']
  const refused = await helm.try(...another)
  expect(refused.code).toBe(1)
  expect(refused.err).toMatch(/workshops\.vibeworkshop\.dev.*exists.*ownership/s)
  await helm.run(...another, '--take-ownership')
  expect(await uid()).toBe(before)
}, 120_000)

it('deletes the CRD, and every Workshop with it, only where keep was switched off', async () => {
  await helm.run('upgrade', 'another', chartFolder, '--namespace', 'operator', '--set', 'crd.keep=false')
  await helm.run('uninstall', 'another', '--namespace', 'operator')
  const gone = await plane.kubectl(['wait', '--for=delete', 'crd/workshops.vibeworkshop.dev', '--timeout=60s'])
  expect(gone.code).toBe(0)
}, 120_000)
