import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { adminToken, type Bench, startBench } from '../../../emulator/testing/client.ts'
import { people, specText, until } from '../../support/bench-fleet.ts'
import { freePorts, repository } from '../../support/product.ts'

const source = '/Workspace/Shared/worker'
/** What dashboards and alerts of controllers are written for. */
const usualMetrics = [
  'controller_runtime_reconcile_total{controller="workshop",result="success"}',
  'controller_runtime_reconcile_total{controller="workshop",result="requeue"} 0',
  'controller_runtime_reconcile_errors_total{controller="workshop"} 0',
  'controller_runtime_terminal_reconcile_errors_total{controller="workshop"} 0',
  'controller_runtime_reconcile_panics_total{controller="workshop"} 0',
  'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="workshop"}',
  'controller_runtime_max_concurrent_reconciles{controller="workshop"}',
  'controller_runtime_active_workers{controller="workshop"}',
  'workqueue_depth{name="workshop",controller="workshop",priority="0"} 0',
  'workqueue_adds_total{name="workshop",controller="workshop"}',
  'workqueue_queue_duration_seconds_count{name="workshop",controller="workshop"}',
  'workqueue_work_duration_seconds_count{name="workshop",controller="workshop"}',
  'workqueue_retries_total{name="workshop",controller="workshop"} 0',
  'workqueue_unfinished_work_seconds{name="workshop",controller="workshop"}',
  'workqueue_longest_running_processor_seconds{name="workshop",controller="workshop"}',
  'workshop_external_requests_total{api="apps",method="POST",code="200"}',
  'workshop_external_throttled_seconds_total 0',
  'workshop_workers{namespace="default",workshop="first",state="Ready"} 2',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
]

let bench: Bench
let folder: string
let child: ChildProcess
let printed: string
let metricsUrl: string
let probeUrl: string

beforeEach(async () => {
  bench = await startBench({ users: people.map((email) => ({ email, displayName: email })) })
  folder = await mkdtemp(join(tmpdir(), 'workshop-process-'))
  await mkdir(join(folder, 'specs'))
  await bench.post('/api/2.0/workspace/mkdirs', { path: source })
  const spec = specText({ more: `  source: {workspacePath: ${source}}` })
  await writeFile(join(folder, 'specs', 'first.workshop.yaml'), spec)
})

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await bench.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const [port, metrics, probes] = await freePorts(3)
  metricsUrl = `http://127.0.0.1:${metrics}`
  probeUrl = `http://127.0.0.1:${probes}`
  const args = ['--source', `dir:${join(folder, 'specs')}`, '--port', String(port), '--interval', '1s']
  const common = [`--metrics-bind-address=127.0.0.1:${metrics}`, `--health-probe-bind-address=127.0.0.1:${probes}`]
  const program = ['controller/cli/main.ts', '--state-dir', join(folder, 'state'), 'controller']
  child = spawn(process.execPath, [...program, ...args, ...common, '--leader-elect=false'], {
    cwd: repository,
    env: { PATH: process.env['PATH'] ?? '', DATABRICKS_HOST: bench.emulator.url, DATABRICKS_TOKEN: adminToken },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
}

const get = async (url: string) => {
  const answer = await fetch(url)
  return [answer.status, await answer.text()] as const
}
const metrics = async () => (await get(`${metricsUrl}/metrics`).catch(() => [0, '']))[1] as string
const isReady = (text: string) => text.includes('workshop="first",state="Ready"} 2')

/** SIGTERM; answers the exit code and how long it took, ms. */
async function terminate(): Promise<{ readonly code: number | null; readonly ms: number }> {
  const startedAt = performance.now()
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = await gone
  return { code, ms: performance.now() - startedAt }
}

it('serves the usual metrics and probes where the usual flags say', async () => {
  await start()
  await until('two ready workers', metrics, isReady, 60_000)
  const text = await metrics()
  expect(usualMetrics.filter((line) => !text.includes(line))).toEqual([])
  expect(text).not.toContain('@example.com')
  expect(await get(`${probeUrl}/healthz`)).toEqual([200, 'ok'])
  expect(await get(`${probeUrl}/readyz?verbose`)).toEqual([
    200,
    expect.stringMatching(/^\[\+\].* ok\nreadyz check passed\n$/s),
  ])
  expect(await terminate()).toMatchObject({ code: 0 })
  expect(printed).toContain('Every fleet stays as it is')
})

it('lets a call that was sent finish on SIGTERM, begins nothing new and goes', async () => {
  await bench.post('/__emulator/faults', { method: 'POST', path: '/api/2.0/apps', delayMs: 3_000 })
  await start()
  const creates = () =>
    bench.emulator.recorder.all().filter(({ method, path }) => method === 'POST' && path === '/api/2.0/apps')
  await until(
    'a create under way',
    () => bench.emulator.faults.list()[0]?.matched ?? 0,
    (matched) => matched > 0,
    60_000,
  )
  const { code, ms } = await terminate()
  expect(code).toBe(0)
  expect(ms).toBeLessThan(30_000)
  const begun = bench.emulator.faults.list()[0]?.matched ?? 0
  expect(creates().map(({ status }) => status)).toEqual(Array.from({ length: begun }, () => 200))
  // The next one finds what was made and goes on.
  bench.emulator.faults.remove()
  await start()
  await until('two ready workers', metrics, isReady, 60_000)
  expect(creates()).toHaveLength(3)
})

it('does not wait for a platform that asked for quiet', async () => {
  await bench.post('/__emulator/faults', { path: '/api/**', status: 429, retryAfter: '100' })
  await start()
  await until(
    'a refused call',
    () => bench.emulator.recorder.all(),
    (calls) => calls.some(({ status }) => status === 429),
    60_000,
  )
  const { code, ms } = await terminate()
  expect(code).toBe(0)
  expect(ms).toBeLessThan(15_000)
})
