/**
 * One measured run with specs in a folder, on a virtual clock, as a process of its own so that memory starts from
 * nothing. Argument: how many Workshops. Prints one line of JSON.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { politeLimits } from '../../../controller/databricks/client/limiter.ts'
import { createController } from '../../../controller/loop/runner.ts'
import { adminToken } from '../../../emulator/testing/client.ts'
import { isReady } from '../../support/bench-fleet.ts'
import { VirtualTime } from '../../support/virtual-time.ts'
import { median, quantile } from '../figure.ts'
import { sinceOf, timesOf } from './histogram.ts'
import { cpuSeconds, peopleByWorkspace, specText, writeWorker } from './shape.ts'
import { WorkspacesProcess } from './workspaces-process.ts'

export interface FleetRun {
  readonly workshops: number
  /** Virtual seconds from the start to Ready, of the first, the middle and the last Workshop. */
  readonly firstReadyS: number
  readonly medianReadyS: number
  readonly lastReadyS: number
  /** Calls until everything was Ready, of all Workshops. */
  readonly callsToReady: number
  /** CPU seconds until then. */
  readonly cpuToReadyS: number
  /** Of the steady time: ms of one turn, on the virtual clock, where a call takes 50 ms. */
  readonly turnP50Ms: number
  readonly turnP99Ms: number
  /** Share of one core. */
  readonly cpuShare: number
  readonly rssMb: number
  readonly heapMb: number
  readonly callsPerMinute: number
  readonly writes: number
  /** Most calls that one workspace got in a second, of the whole run. */
  readonly mostInASecond: number
}

const latencyMs = 50
const readyLimitMs = 3_600_000
/** Ten looks of each at the usual interval. */
const steadyMs = 300_000

const workshops = Number(process.argv[2])
const numbers = Array.from({ length: workshops }, (_, index) => index)

const folder = await mkdtemp(join(tmpdir(), 'workshop-fleet-bench-'))
const workspaces = new WorkspacesProcess()
try {
  console.log(JSON.stringify(await measure()))
} finally {
  await workspaces.close()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<FleetRun> {
  const people = peopleByWorkspace(workshops)
  const urls = await workspaces.open({ people, isVirtual: true })
  await mkdir(join(folder, 'specs'))
  const workerBundle = await writeWorker(folder)
  for (const number of numbers)
    await writeFile(join(folder, 'specs', `w${number}.workshop.yaml`), specText(number, true))
  const time = new VirtualTime({ elsewhere: workspaces, latencyMs })
  const controller = createController(
    {
      controllerId: 'default',
      stateDir: join(folder, 'state'),
      env: {},
      profileFile: urls.map((url, index) => `[w${index}]\nhost = ${url}\ntoken = ${adminToken}\n`).join(''),
      workerBundle,
      now: time.now,
      log: () => undefined,
      sources: [`dir:${join(folder, 'specs')}`],
    },
    { clock: time, fetch: time.fetch, limits: politeLimits },
  )
  const startedAt = time.now()
  const cpuAtStart = process.cpuUsage()
  await controller.start()
  const readyAt = new Map<string, number>()
  while (readyAt.size < workshops) {
    await time.pass(1_000)
    for (const view of controller.views())
      if (!readyAt.has(view.name) && isReady(view)) readyAt.set(view.name, time.now())
    if (time.now() - startedAt > readyLimitMs) throw new Error(`${workshops - readyAt.size} were not Ready in an hour`)
  }
  const cpuToReadyS = cpuSeconds(cpuAtStart)
  const toReady = await workspaces.count()
  // Until the last of them has nothing to do any more.
  await time.pass(90_000)
  await workspaces.count()
  const before = timesOf(await controller.metrics())
  const cpuBefore = process.cpuUsage()
  await time.pass(steadyMs)
  const cpuS = cpuSeconds(cpuBefore)
  const calls = await workspaces.count()
  const turns = sinceOf(before, timesOf(await controller.metrics()))
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  await controller.stop()
  const waits = [...readyAt.values()].map((at) => (at - startedAt) / 1_000)
  return {
    workshops,
    firstReadyS: Math.min(...waits),
    medianReadyS: median(waits),
    lastReadyS: quantile(waits, 1),
    callsToReady: toReady.reads + toReady.writes,
    cpuToReadyS,
    turnP50Ms: turns(0.5) * 1_000,
    turnP99Ms: turns(0.99) * 1_000,
    cpuShare: cpuS / (steadyMs / 1_000),
    rssMb: rss / 1e6,
    heapMb: heapUsed / 1e6,
    callsPerMinute: (calls.reads + calls.writes) / (steadyMs / 60_000),
    writes: calls.writes,
    mostInASecond: Math.max(toReady.mostInASecond, calls.mostInASecond),
  }
}
