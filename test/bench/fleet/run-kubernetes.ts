/**
 * One measured run with specs in a real API server, on the machine's clock: an API server cannot be told another time.
 * Argument: how many Workshops, at most fifty. Prints one line of JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createController } from '../../../controller/loop/runner.ts'
import { adminToken } from '../../../emulator/testing/client.ts'
import { startControlPlane } from '../../cluster/control-plane.ts'
import { isReady, until } from '../../support/bench-fleet.ts'
import { cpuSeconds, peopleByWorkspace, specText, writeWorker } from './shape.ts'
import { WorkspacesProcess } from './workspaces-process.ts'

export interface ClusterRun {
  readonly workshops: number
  /** Seconds from the start to Ready of the last one; the platform takes no time. */
  readonly lastReadyS: number
  /** Of the steady time: share of one core, calls to Databricks and calls to the API server a minute. */
  readonly cpuShare: number
  readonly callsPerMinute: number
  readonly clusterCallsPerMinute: number
  readonly rssMb: number
}

/** Two looks of each at the usual interval. */
const steadyMs = 60_000
const readyLimitMs = 600_000

const workshops = Number(process.argv[2])
const folder = await mkdtemp(join(tmpdir(), 'workshop-fleet-bench-'))
const plane = await startControlPlane()
const workspaces = new WorkspacesProcess()
try {
  console.log(JSON.stringify(await measure()))
} finally {
  await workspaces.close()
  await plane.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<ClusterRun> {
  const [host = ''] = await workspaces.open({ people: peopleByWorkspace(workshops), isVirtual: false })
  const specs = Array.from({ length: workshops }, (_, number) => specText(number, false))
  await plane.run(['apply', '-f', '-'], specs.join('---\n'))
  const controller = createController(
    {
      controllerId: 'default',
      stateDir: join(folder, 'state'),
      env: {},
      login: { host, credentials: { kind: 'pat', token: adminToken } },
      workerBundle: await writeWorker(folder),
      now: Date.now,
      log: () => undefined,
      sources: ['kubernetes'],
      cluster: { kubeconfig: plane.kubeconfig },
    },
    {},
  )
  const startedAt = Date.now()
  await controller.start()
  const all = () => controller.views().length === workshops && controller.views().every(isReady)
  await until('all Ready', all, Boolean, readyLimitMs)
  const lastReadyS = (Date.now() - startedAt) / 1_000
  await pause(10_000)
  await workspaces.count()
  const callsBefore = clusterCalls(await controller.metrics())
  const cpuBefore = process.cpuUsage()
  await pause(steadyMs)
  const cpuShare = cpuSeconds(cpuBefore) / (steadyMs / 1_000)
  const { reads, writes } = await workspaces.count()
  const minutes = steadyMs / 60_000
  const clusterCallsPerMinute = (clusterCalls(await controller.metrics()) - callsBefore) / minutes
  globalThis.gc?.()
  const rssMb = process.memoryUsage.rss() / 1e6
  await controller.stop()
  return { workshops, lastReadyS, cpuShare, callsPerMinute: (reads + writes) / minutes, clusterCallsPerMinute, rssMb }
}

function clusterCalls(metrics: string): number {
  const lines = metrics.matchAll(/^rest_client_requests_total\{[^}]*\} (\d+)$/gm)
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
