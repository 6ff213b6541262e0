/** A controller whose road to the API server is spoiled in every way that roads are: it waits, comes back, and deletes nothing that it cannot see. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ProbeServer, serveMetrics, serveProbes } from '../../controller/api/probe-server.ts'
import type { Controller } from '../../controller/loop/controller.ts'
import { until } from '../support/bench-fleet.ts'
import { type BadRoad, openRoad, type Travelled, withTokenFile } from './bad-road.ts'
import { type ClusterFleet, quickInCluster, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

/** A tenth of the real figures and less, in the same order. */
const watchPace = { watchSeconds: [2, 3], silentMs: 4_000, backoffMs: [100, 1_000], unreadyMs: 2_000 } as const
const local = { host: '127.0.0.1', port: 0 }

let plane: ControlPlane
let fleet: ClusterFleet
let road: BadRoad
let tokenFile: string
let controller: Controller
const servers: ProbeServer[] = []
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => void unhandled.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled)
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  road = await openRoad(plane)
  tokenFile = join(fleet.folder, 'token')
  await writeFile(tokenFile, `${plane.adminToken}\n`)
  const kubeconfig = join(fleet.folder, 'kubeconfig')
  await writeFile(kubeconfig, await withTokenFile(road.kubeconfig, 'token'))
  const tuning = { ...quickInCluster, watchPace, clusterTimeoutMs: 2_000 }
  controller = await fleet.start({ kubeconfig }, tuning)
  servers.push(await serveProbes(local, controller), await serveMetrics(local, controller))
  for (const name of ['day', 'other']) await apply(workshopText(name))
  for (const name of ['day', 'other']) await ready(name)
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await fleet?.close()
  await road?.stop()
  await plane?.stop()
  process.off('unhandledRejection', onUnhandled)
})
afterEach(() => expect(unhandled).toEqual([]))

const apply = (text: string) => plane.run(['apply', '-f', '-'], text)
const ready = (name: string) => plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '--timeout=60s'])
const scale = (replicas: number) => plane.run(['scale', 'ws/day', `--replicas=${replicas}`])
const appsOf = async (name: string) => (await fleet.apps()).filter((app) => app.startsWith(`${name}-`))
const workers = (count: number) =>
  until(
    `${count} workers`,
    () => appsOf('day'),
    (apps) => apps.length === count + 1,
    60_000,
  )
const holds = (name: string, apps: string) =>
  until(
    `${name} to have ${apps}`,
    async () => (await appsOf(name)).join(),
    (now) => now === apps,
    60_000,
  )
const get = async (server: number, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${servers[server]?.port}${path}`)
  return { status: answer.status, text: await answer.text() }
}
const verdict = async () => (await get(0, '/readyz?verbose')).text
const isReady = async () => (await get(0, '/readyz')).status === 200
const becomes = (wanted: boolean) => until(`readiness ${wanted}`, isReady, (is) => is === wanted, 60_000)
const ofWorkshops = ({ path }: Travelled) => path.endsWith('/workshops')
const views = () => controller.views().length
const bind = () =>
  plane.run(
    'create clusterrolebinding operator --clusterrole=cluster-admin --serviceaccount=default:operator'.split(' '),
  )
const lists = () => road.seen.filter((one) => ofWorkshops(one) && !one.isWatch && one.status === 200).length
const deletions = (from: number) => fleet.writes(from).filter((write) => write.startsWith('DELETE /api/2.0/apps'))
/** This answer for the next `times` requests that match; the rest passes. */
const fail = (times: number, status: number, more: { readonly headers?: Readonly<Record<string, string>> } = {}) => {
  let left = times
  road.fault = (one) => {
    if (!ofWorkshops(one) || left === 0) return undefined
    left -= 1
    return { status, ...more }
  }
}

describe('a watch that ends badly', () => {
  it('lists anew after 410 Gone, and acts on what changed meanwhile', async () => {
    const before = lists()
    fail(1, 410)
    road.reset()
    await scale(3)
    await workers(3)
    await until('a new list', lists, (count) => count === before + 1, 30_000)
  })

  it('waits as long as 429 asks, then goes on', async () => {
    const from = road.seen.length
    fail(1, 429, { headers: { 'retry-after': '2' } })
    road.reset()
    await scale(2)
    await workers(2)
    const tries = await until(
      'a second try',
      () => {
        const all = road.seen.slice(from).filter(ofWorkshops)
        return all.slice(all.findIndex(({ status }) => status === 429))
      },
      ([refused, next]) => refused?.status === 429 && next !== undefined,
      30_000,
    )
    expect((tries[1]?.at ?? 0) - (tries[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_990)
  })

  it.for([
    [500, 3],
    [503, 2],
  ] as const)('outlives a handful of %i', async ([status, wanted]) => {
    fail(4, status)
    road.reset()
    await scale(wanted)
    await workers(wanted)
  })

  it('outlives one reset after the other', async () => {
    for (let count = 0; count < 8; count += 1) {
      road.reset()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await scale(3)
    await workers(3)
    await becomes(true)
  })

  it('notices a watch that is silent because nothing comes through', async () => {
    // What the resets of the test before broke may not stand again yet.
    const watch = 'workshop_watches{source="kubernetes",resource="workshops",state="open"} 1'
    await until('a watch', async () => (await get(1, '/metrics')).text.includes(watch), Boolean, 30_000)
    road.swallow('standing')
    const at = performance.now()
    await scale(2)
    await workers(2)
    // Otherwise something came through.
    expect(performance.now() - at).toBeGreaterThan(500)
    await becomes(true)
  })
})

it('shows a watch on a Secret that is refused, and is not ready when it is lost', async () => {
  await plane.run(['create', 'secret', 'generic', 'people', '--from-literal=users=ada@example.com'])
  await apply(workshopText('other').replace(/users: .*/, 'usersFrom: [{secretRef: {name: people}}]'))
  const watches = async (state: string) =>
    (await get(1, '/metrics')).text.includes(
      `workshop_watches{source="kubernetes",resource="secrets",state="${state}"} 1`,
    )
  const becoming = (state: string) => until(`a watch ${state}`, () => watches(state), Boolean, 30_000)
  await becoming('open')
  for (const [status, state, line] of [
    [403, 'refused', '[+]watch-secrets ok: 1 of 1 watches refused'],
    [500, 'lost', '[-]watch-secrets failed: 1 of 1 watches lost'],
  ] as const) {
    road.fault = ({ path }) => (path.endsWith('/secrets') ? { status } : undefined)
    road.reset()
    await becoming(state)
    // The reset broke every other watch too.
    await until(line, verdict, (text) => text.includes(line) && text.split('[-]').length <= 2, 30_000)
    await becomes(state === 'refused')
  }
  road.clear()
  await becomes(true)
  await ready('other')
})

describe('credentials', () => {
  it('takes up a rotated token file after a 401', async () => {
    await plane.run(['create', 'serviceaccount', 'operator'])
    await bind()
    const fresh = (await plane.run(['create', 'token', 'operator'])).trim()
    road.fault = ({ authorization }) => (authorization === `Bearer ${fresh}` ? undefined : { status: 401 })
    road.reset()
    await becomes(false)
    expect((await get(0, '/healthz')).status).toBe(200)
    await writeFile(`${tokenFile}.new`, fresh)
    await rename(`${tokenFile}.new`, tokenFile)
    await becomes(true)
    await scale(3)
    await workers(3)
    road.clear()
  })

  it('deletes nothing when its rights are taken away, and says that it cannot see', async () => {
    const from = fleet.requests()
    await plane.run(['delete', 'clusterrolebinding', 'operator'])
    await until(
      'the loss',
      () => plane.kubectl(['auth', 'can-i', 'list', 'ws', '--as=system:serviceaccount:default:operator']),
      ({ code }) => code !== 0,
    )
    road.reset()
    const lost = /source failed: kubernetes was last seen \d+ s ago/
    await until('the verdict', verdict, (text) => lost.test(text), 60_000)
    expect((await get(1, '/metrics')).text).toContain('workshop_source_failing{source="kubernetes"} 1')
    expect(deletions(from)).toEqual([])
    await bind()
    await becomes(true)
    expect((await get(1, '/metrics')).text).toContain('workshop_source_failing{source="kubernetes"} 0')
    expect(deletions(from)).toEqual([])
  })
})

describe('what cannot be seen', () => {
  it('keeps every fleet when a list comes back empty', async () => {
    const from = fleet.requests()
    road.fault = (one) => {
      if (!ofWorkshops(one)) return undefined
      return one.isWatch ? { status: 410 } : { status: 200, body: { metadata: { resourceVersion: '1' }, items: [] } }
    }
    road.reset()
    await until('an empty list', views, (count) => count === 0, 30_000)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(deletions(from)).toEqual([])
    road.clear()
    await until('the Workshops', views, (count) => count === 2, 60_000)
    await scale(2)
    await workers(2)
    expect(deletions(from)).toEqual(['DELETE /api/2.0/apps/day-worker-3'])
  })

  it('outlives a long outage: alive, not ready, repairs by the last good spec, deletes nothing, and catches up', async () => {
    const marker = (await fleet.bench.get('/api/2.0/apps/day-worker-1')).json.description
    await road.close()
    const from = fleet.requests()
    await scale(3)
    await plane.run(['delete', 'ws', 'other', '--wait=false'])
    await becomes(false)
    road.swallow('all')
    await road.open()
    // Somebody takes one of ours away, and an app of ours that nobody wants turns up.
    await fleet.bench.send('DELETE', '/api/2.0/apps/day-worker-1')
    await fleet.bench.post('/api/2.0/apps?no_compute=true', { name: 'day-worker-9', description: marker })
    await until(
      'the repair',
      () => fleet.writes(from),
      (writes) => writes.filter((write) => write === 'POST /api/2.0/apps').length === 2,
      30_000,
    )
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(await get(0, '/healthz')).toMatchObject({ status: 200, text: 'ok' })
    expect(await isReady()).toBe(false)
    expect(deletions(from)).toEqual(['DELETE /api/2.0/apps/day-worker-1'])
    expect(await appsOf('day')).not.toContain('day-worker-3')
    expect(await appsOf('other')).toHaveLength(3)

    road.clear()
    const backAt = performance.now()
    await holds('day', 'day-hub,day-worker-1,day-worker-2,day-worker-3')
    await holds('other', '')
    await plane.run(['wait', '--for=delete', 'ws/other', '--timeout=60s'])
    expect(performance.now() - backAt).toBeLessThan(60_000)
    await becomes(true)
    await ready('day')
  }, 240_000)

  it('keeps the fleet of a Workshop that was deleted and made anew while nobody could see it', async () => {
    const uid = () => plane.run(['get', 'ws', 'day', '-o', 'jsonpath={.metadata.uid}'])
    const [before, from] = [await uid(), fleet.requests()]
    await road.close()
    await plane.run(['delete', 'ws', 'day', '--wait=false'])
    await plane.run(['patch', 'ws', 'day', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
    await apply(workshopText('day', { replicas: 3 }))
    expect(await uid()).not.toBe(before)
    expect((await plane.run(['get', 'ws', 'day', '-o', 'jsonpath={.status.conditions}'])).trim()).toBe('')
    await road.open()
    await ready('day')
    expect(await plane.run(['get', 'ws', 'day', '-o', 'jsonpath={.metadata.finalizers[0]}'])).toBe(
      'vibeworkshop.dev/fleet',
    )
    expect(fleet.writes(from)).toEqual([])
  })
})

it('ends within its drain time although nobody answers', async () => {
  road.swallow('all')
  const from = fleet.requests()
  // So that a status and events wait to be written.
  await fleet.bench.send('DELETE', '/api/2.0/apps/day-worker-1')
  controller.reconcileNow('default/day')
  await until(
    'the repair',
    () => fleet.writes(from),
    (writes) => writes.includes('POST /api/2.0/apps'),
    30_000,
  )
  const at = performance.now()
  await controller.stop()
  expect(performance.now() - at).toBeLessThan(35_000)
  road.clear()
})
