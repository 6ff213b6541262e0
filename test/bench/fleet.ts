/**
 * What many Workshops cost, and how that grows: each figure per Workshop, beside the same of the run before it. Emulated
 * workspaces in another process, apps that run nowhere, the rate that the client allows itself on a real workspace; a
 * call takes 50 virtual ms. CPU holds what it takes to move the virtual clock as well. Takes about ten minutes;
 * WORKSHOP_BENCH_SIZES=10,100 makes it shorter.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findBinaries } from '../cluster/binaries.ts'
import { type Figure, figure, type Goal } from './figure.ts'
import type { FleetRun } from './fleet/run.ts'
import type { ClusterRun } from './fleet/run-kubernetes.ts'

const sizes = (process.env['WORKSHOP_BENCH_SIZES'] ?? '10,100,1000').split(',').map(Number)
const clusterSizes = [10, 50]
const atMost = (value: number, on: Goal['on'] = 'ratio'): Goal => ({ on, at: 'most', value })
/** No workspace is called more often: what flows into a bucket of ten, and a full one. */
const bucket = atMost(20, 'ours')

export async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  let before: FleetRun | undefined
  for (const size of sizes) {
    const now = await run<FleetRun>('run.ts', size)
    figures.push(...figuresOf(now, before))
    before = now
  }
  let smaller: ClusterRun | undefined
  for (const size of findBinaries() ? clusterSizes : []) {
    const now = await run<ClusterRun>('run-kubernetes.ts', size)
    figures.push(...clusterFigures(now, smaller))
    smaller = now
  }
  return figures
}

function figuresOf(now: FleetRun, before: FleetRun | undefined): readonly Figure[] {
  const { workshops } = now
  const of = `${workshops} Workshops`
  const each = (value: (run: FleetRun) => number) => [value(now) / workshops, perWorkshop(before, value)] as const
  return [
    figure(`first Ready, ${of}`, 's', now.firstReadyS, before?.firstReadyS ?? null, atMost(2)),
    figure(`last Ready, ${of}`, 's', now.lastReadyS, now.firstReadyS, atMost(2)),
    figure(`calls to Ready, each of ${of}`, 'calls', ...each((run) => run.callsToReady), atMost(1.2)),
    figure(`CPU to Ready, each of ${of}`, 'ms', ...each((run) => run.cpuToReadyS * 1_000), atMost(1.2)),
    figure(`reconcile p50, ${of}`, 'ms', now.turnP50Ms, before?.turnP50Ms ?? null, atMost(2)),
    figure(`reconcile p99, ${of}`, 'ms', now.turnP99Ms, before?.turnP99Ms ?? null, atMost(2)),
    figure(`steady calls a minute, each of ${of}`, 'calls', ...each((run) => run.callsPerMinute), atMost(1.1)),
    figure(`steady CPU, each of ${of}`, '% core', ...each((run) => run.cpuShare * 100), atMost(1.2)),
    figure(`steady CPU, all of ${of}`, '% core', now.cpuShare * 100, null, atMost(100, 'ours')),
    figure(`resident memory, ${of}`, 'MB', now.rssMb, null, atMost(1_000, 'ours')),
    figure(`heap in use, each of ${of}`, 'MB', ...each((run) => run.heapMb), atMost(1.2)),
    figure(`writes when nothing changes, ${of}`, 'calls', now.writes, null, atMost(0, 'ours')),
    figure(`most calls in one second of one workspace, ${of}`, 'calls', now.mostInASecond, null, bucket),
  ]
}

function clusterFigures(now: ClusterRun, before: ClusterRun | undefined): readonly Figure[] {
  const of = `${now.workshops} objects`
  const each = (value: (run: ClusterRun) => number) =>
    [value(now) / now.workshops, before ? value(before) / before.workshops : null] as const
  return [
    figure(`last Ready, API server, ${of}`, 's', now.lastReadyS, null, atMost(120, 'ours')),
    figure(`steady CPU, API server, each of ${of}`, '% core', ...each((run) => run.cpuShare * 100), atMost(1.2)),
    figure(
      `steady calls a minute, API server, each of ${of}`,
      'calls',
      ...each((run) => run.callsPerMinute),
      atMost(1.2),
    ),
    figure(`calls to the API server a minute, ${of}`, 'calls', now.clusterCallsPerMinute, null, atMost(60, 'ours')),
    figure(`resident memory, API server, ${of}`, 'MB', now.rssMb, null, atMost(500, 'ours')),
  ]
}

function perWorkshop(run: FleetRun | undefined, value: (run: FleetRun) => number): number | null {
  return run ? value(run) / run.workshops : null
}

async function run<T>(program: string, size: number): Promise<T> {
  const file = fileURLToPath(new URL(`./fleet/${program}`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, String(size)])
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
