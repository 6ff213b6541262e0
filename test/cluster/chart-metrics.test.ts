/** Dashboards and alerts of the chart against metrics that a real controller showed, in peace and in every trouble they are for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ProbeServer, parseBindAddress, serveMetrics } from '../../controller/api/probe-server.ts'
import type { Controller } from '../../controller/loop/controller.ts'
import { adminToken } from '../../emulator/testing/client.ts'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, quickInCluster, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { chartFolder } from './helm.ts'
import { hasPromQuery, isFiring, promQuery } from './prom-query.ts'
import { askedOf, type Scrape, type Series, scrapeOf, stretched } from './scrape.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly annotations: { readonly summary: string }
}
const rulesText = readFileSync(join(chartFolder, 'files', 'alerts.yaml'), 'utf8')
const rules: readonly Rule[] = parse(rulesText).groups[0].rules
const dashboard = JSON.parse(readFileSync(join(chartFolder, 'files', 'dashboard.json'), 'utf8'))
const panels: readonly { title: string; targets: { expr: string; legendFormat: string }[] }[] = dashboard.panels
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => ({ title, legendFormat, expr: expr.replaceAll('$namespace', '.*') })),
)

let plane: ControlPlane
let fleet: ClusterFleet
let controller: Controller
let metrics: ProbeServer

/** As a ServiceMonitor finds it. */
const target = { job: 'wo-workshop-operator-metrics', namespace: 'operator', pod: 'wo-0', instance: '10.0.0.1:8080' }
const scrape = async (): Promise<Scrape> =>
  scrapeOf(await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text(), target)
const firing = (series: readonly Series[]) => {
  const answers = promQuery({ series, rules: rulesText, queries: rules.map(({ expr }) => expr) })
  return rules
    .filter((rule, at) => isFiring(answers[at] ?? [], Number.parseInt(rule.for, 10) * 60))
    .map(({ alert }) => alert)
}
const peace: Scrape[] = []
const workshop = { more: '  workspaceRef: {secretRef: {name: acme}}\n' }
const secret = (token: string) =>
  plane.run(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'acme' },
      stringData: { host: fleet.bench.emulator.url, token },
    }),
  )
/** Scrapes until the counters of this metric have grown by as much. */
const grown = (before: Scrape, wanted: (labels: Series['labels']) => boolean, by = 3) => {
  const sum = ({ values }: Scrape) =>
    [...values.values()].reduce((all, { labels, value }) => all + (wanted(labels) ? value : 0), 0)
  return until('more of it', scrape, (now) => sum(now) >= sum(before) + by, 60_000)
}
const reconciled = ({ __name__ }: Series['labels']) => __name__ === 'controller_runtime_reconcile_total'

beforeAll(async () => {
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  const lease = { leaseMs: 4_000, renewMs: 2_500, retryMs: 400 }
  controller = await fleet.start(
    { namespace: 'default', lease, allowedHosts: ['127.0.0.1'] },
    { ...quickInCluster, pace: { pollMs: 50, driftMs: 300, probeMs: 60_000 } },
  )
  metrics = await serveMetrics(
    parseBindAddress('127.0.0.1:0', '--metrics-bind-address') ?? { host: '', port: 0 },
    controller,
  )
  await secret(adminToken)
}, 240_000)
afterAll(async () => {
  await metrics?.close()
  await fleet?.close()
  await plane?.stop()
})

it('shows every metric and label that dashboard and alerts ask for', async () => {
  peace.push(await scrape())
  await plane.run(['apply', '-f', '-'], workshopText('day', workshop))
  await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  // Something for the drift panel: an app that somebody deleted comes back.
  await fleet.bench.send('DELETE', '/api/2.0/apps/day-worker-2')
  const mended = await grown(await scrape(), ({ __name__ }) => __name__ === 'workshop_drift_total', 1)
  await until('the app', fleet.apps, (names) => names.includes('day-worker-2'), 30_000)
  await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  peace.push(await scrape())
  peace.push(await grown(peace[1] ?? mended, reconciled, 5))

  const shown = new Map<string, Set<string>>()
  for (const { labels } of [...peace, mended].flatMap(({ values }) => [...values.values()])) {
    const names = shown.get(labels['__name__'] ?? '') ?? new Set()
    for (const name of Object.keys(labels)) names.add(name)
    shown.set(labels['__name__'] ?? '', names)
  }
  const asked = [...queries, ...rules].flatMap(({ expr }) => askedOf(expr))
  expect(asked.length).toBeGreaterThan(20)
  for (const { metric, labels } of asked) {
    expect([...shown.keys()]).toContain(metric)
    for (const name of labels) expect([...(shown.get(metric) ?? [])], `${metric}{${name}}`).toContain(name)
  }
  expect([...(shown.get('workshop_workers') ?? [])]).toContain(
    /workers, (\w+)\)/.exec(dashboard.templating.list[1].query)?.[1],
  )
}, 180_000)

describe.skipIf(!hasPromQuery())("in Prometheus' own engine", () => {
  it('every panel has something to draw, and its legend has words', () => {
    const [, ready, later] = peace
    if (!ready || !later) throw new Error('no scrapes')
    const answers = promQuery({ series: stretched(ready, later), queries: queries.map(({ expr }) => expr) })
    for (const [at, { title, legendFormat }] of queries.entries()) {
      const found = answers[at] ?? []
      expect(found.length, title).toBeGreaterThan(0)
      const words = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '')
      for (const { labels } of found) expect(Object.keys(labels), title).toEqual(expect.arrayContaining(words))
      const values = found.flatMap(({ points }) => points.map(([, value]) => value))
      expect(
        values.some((value) => Number.isFinite(value)),
        title,
      ).toBe(true)
    }
  })

  it('no alert fires in peace, and the first one when nothing is scraped at all', () => {
    const [, ready, later] = peace
    if (!ready || !later) throw new Error('no scrapes')
    expect(firing(stretched(ready, later))).toEqual([])
    expect(firing([])).toEqual(['WorkshopControllerGone'])
  })

  it('tells workers that stay away', async () => {
    const before = await scrape()
    await plane.run(['patch', 'ws', 'day', '--type=merge', '-p', '{"spec":{"suspend":true}}'])
    await fleet.bench.send('DELETE', '/api/2.0/apps/day-worker-2')
    const missing = ({ values }: Scrape) =>
      [...values.values()].some(({ labels, value }) => labels['state'] === 'Missing' && value > 0)
    const after = await until('a missing worker', scrape, missing, 30_000)
    expect(firing(stretched(before, after))).toEqual(['WorkshopWorkersNotReady'])
    await plane.run(['patch', 'ws', 'day', '--type=merge', '-p', '{"spec":{"suspend":false}}'])
    await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  }, 90_000)

  it('tells throttling', async () => {
    const before = await scrape()
    const { json } = await fleet.bench.post('/__emulator/faults', {
      path: '/api/2.0/apps**',
      status: 429,
      retryAfter: '0',
    })
    const after = await grown(before, ({ code }) => code === '429')
    expect(firing(stretched(before, after))).toContain('WorkshopDatabricksThrottles')
    await fleet.bench.send('DELETE', `/__emulator/faults/${json.id}`)
  }, 90_000)

  it('tells credentials that Databricks refuses', async () => {
    await secret('dapi-nobody')
    const refused = ({ __name__, code }: Series['labels']) =>
      __name__ === 'workshop_external_requests_total' && (code === '401' || code === '403')
    const before = await grown(await scrape(), refused, 1)
    const after = await grown(before, refused, 1)
    expect(firing(stretched(before, after))).toEqual(
      expect.arrayContaining(['WorkshopDatabricksRefuses', 'WorkshopReconcileFailing']),
    )
    await secret(adminToken)
    await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  }, 90_000)

  it('tells a cluster that is gone, and with it the Lease', async () => {
    const before = await scrape()
    await plane.stop()
    const isBlind = ({ values }: Scrape) => {
      const of = (name: string) => [...values.values()].find(({ labels }) => labels['__name__'] === name)?.value
      return of('workshop_source_failing') === 1 && of('leader_election_master_status') === 0
    }
    const after = await until('blindness', scrape, isBlind, 60_000)
    expect(firing(stretched(before, after))).toEqual(
      expect.arrayContaining(['WorkshopNoLeader', 'WorkshopSourceFailing', 'WorkshopWatchFailing']),
    )
  }, 90_000)
})
