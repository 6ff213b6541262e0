/** Every status that a Workshop has in its life, as kubectl wait, kstatus, Flux and Argo CD read it. The source does not matter, so it is a directory. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Controller } from '../../../controller/loop/controller.ts'
import {
  type BenchFleet,
  condition,
  isReady,
  key,
  quick,
  ready,
  specText,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'
import { argoHealth, fluxProblems, hasLua, kstatus, type Shown, waitReturns } from '../../support/status-readers.ts'

let fleet: BenchFleet
let controller: Controller
/** Every status that anybody could have seen. */
let seen: Shown[]

const shownOf = ({ generation, status, suspended, deleting }: WorkshopView): Shown => ({
  metadata: { generation, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: { suspend: suspended },
  // As the schema's default has it.
  status: { observedGeneration: -1, ...status } as Shown['status'],
})

beforeEach(async () => {
  seen = []
  fleet = await startBenchFleet()
  controller = await fleet.start({ ...quick, budgetMs: 500 })
  controller.subscribe((event) => {
    if (event.type === 'workshop') seen.push(shownOf(event.data))
  })
})
afterEach(() => fleet.close())

const phase = async (what: string, done: (view: WorkshopView | undefined) => boolean) => {
  const view = await until(what, () => controller.view(key), done)
  return shownOf(view as WorkshopView)
}
const stalledBy = (reason: string) => (view: WorkshopView | undefined) => condition(view, 'Stalled')?.reason === reason
const verdictOf = (shown: Shown) => [
  waitReturns(shown) ? 'returns' : 'waits',
  kstatus(shown),
  hasLua ? argoHealth([shown])[0]?.status : undefined,
]

/** Nobody was ever told two things at once. */
function expectSound(): void {
  expect(seen.length).toBeGreaterThan(0)
  // What was said of an older spec is judged as that: nobody could have said anything of this one yet.
  const told = seen.filter(({ status, metadata }) => status.observedGeneration === metadata.generation)
  expect(told.length).toBeGreaterThan(0)
  for (const shown of told) expect(fluxProblems(shown), JSON.stringify(shown)).toEqual([])
  for (const shown of seen) {
    const isCurrent = kstatus(shown) === 'Current'
    if (shown.metadata.deletionTimestamp === undefined)
      expect(waitReturns(shown), JSON.stringify(shown)).toBe(isCurrent)
  }
  if (!hasLua) return
  for (const [at, health] of argoHealth(seen).entries()) {
    const shown = seen[at] as Shown
    if (shown.spec.suspend) continue
    const expected = { Current: 'Healthy', Failed: 'Degraded', Terminating: 'Progressing' } as const
    const word = kstatus(shown)
    // Nothing to do and still not ready: Argo CD says so, kstatus knows no such word.
    const wanted = word === 'InProgress' ? /Progressing|Degraded/ : new RegExp(expected[word])
    expect(health.status, JSON.stringify(shown)).toMatch(wanted)
  }
}

describe('a status', () => {
  it.runIf(process.env['CI'])('is tried with a Lua interpreter in CI', () => expect(hasLua).toBe(true))

  it('says progress, then health, then progress again', async () => {
    await ready(controller)
    expect(verdictOf(await phase('health', isReady))).toEqual(['returns', 'Current', hasLua ? 'Healthy' : undefined])
    const making = seen.find(({ status }) => status.conditions?.some(({ type }) => type === 'Reconciling'))
    expect(verdictOf(making as Shown)).toEqual(['waits', 'InProgress', hasLua ? 'Progressing' : undefined])
    seen.length = 0
    await fleet.write(specText({ replicas: 3 }))
    await until(
      'more',
      () => fleet.apps(),
      (apps) => apps.length === 4,
    )
    await ready(controller)
    expect(seen.some((shown) => kstatus(shown) === 'InProgress')).toBe(true)
    expectSound()
  })

  it.for([
    ['an invalid spec', 'InvalidSpec', () => fleet.write(specText({ more: '  replicas: 9' }))],
    [
      'a revision that does not start',
      'DeployFailed',
      async () => {
        fleet.bench.host.failWith('vibe-worker-2', 'exit code 1')
        await fleet.changeBundle('bad\n')
        controller.reconcileNow(key)
      },
    ],
    [
      'credentials that are refused',
      'Unauthorized',
      () => fleet.bench.post('/__emulator/faults', { path: '/api/**', status: 401, times: 100_000 }),
    ],
  ] as const)('asks for a person: %s', async ([, reason, spoil]) => {
    await ready(controller)
    await spoil()
    const shown = await phase(reason, stalledBy(reason))
    expect(verdictOf(shown)).toEqual(['waits', 'Failed', hasLua ? 'Degraded' : undefined])
    expectSound()
  })

  it('is suspended, with changes waiting or without', async () => {
    await ready(controller)
    controller.setSuspended(key, true)
    const calm = await phase('suspension', (view) => condition(view, 'Suspended') !== undefined)
    expect(verdictOf(calm)).toEqual(['returns', 'Current', hasLua ? 'Suspended' : undefined])
    await fleet.write(specText({ replicas: 3 }))
    const waiting = await phase('a change that waits', (view) => condition(view, 'Ready')?.reason === 'Suspended')
    expect(verdictOf(waiting)).toEqual(['waits', 'InProgress', hasLua ? 'Suspended' : undefined])
    expectSound()
  })

  it('stays ready when the platform is slow, and says so of a newer spec', async () => {
    await ready(controller)
    await fleet.bench.post('/__emulator/faults', { path: '/api/**', status: 503, times: 30 })
    const slow = await phase('trouble', (view) => condition(view, 'Ready')?.reason !== 'Succeeded')
    expect(verdictOf(slow)).toEqual(['returns', 'Current', hasLua ? 'Healthy' : undefined])
    await fleet.bench.send('DELETE', '/__emulator/faults')
    await fleet.bench.post('/__emulator/faults', { path: '/api/**', status: 503, times: 100_000 })
    await fleet.write(specText({ replicas: 3 }))
    const newer = await phase('trouble with the newer one', (view) => condition(view, 'Ready')?.status === 'Unknown')
    expect(verdictOf(newer)).toEqual(['waits', 'InProgress', hasLua ? 'Progressing' : undefined])
    expectSound()
  })

  it('is not ready any more while it is taken down', async () => {
    const other = specText().replace('name: first', 'name: other').replace('namePrefix: vibe', 'namePrefix: other')
    const files = ['first', 'other'].map((name) => join(fleet.folder, 'specs', `${name}.workshop.yaml`))
    await writeFile(files[1] ?? '', other)
    await until(
      'both',
      () => controller.views(),
      (views) => views.length === 2 && views.every(isReady),
    )
    await fleet.bench.post('/__emulator/faults', { method: 'DELETE', path: '/api/2.0/apps/*', status: 500, times: 1e5 })
    await rm(files[0] ?? '')
    const leaving = await phase('the end', (view) => condition(view, 'Ready')?.reason === 'Deleting')
    expect(verdictOf(leaving)).toEqual(['waits', 'Terminating', hasLua ? 'Progressing' : undefined])
    await fleet.bench.send('DELETE', '/__emulator/faults')
    expectSound()
  })
})
