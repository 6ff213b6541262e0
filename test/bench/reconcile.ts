/**
 * What the loop costs: time to Ready against the slowest app alone, and calls to the platform when there is nothing to
 * do. Emulator with its realistic profile and real controller in this process, on one virtual clock, at the rate that
 * the client allows itself on a real workspace. Calls are what the emulator recorded.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { politeLimits } from '../../controller/databricks/client/limiter.ts'
import type { Controller } from '../../controller/loop/controller.ts'
import type { Tuning } from '../../controller/loop/tuning.ts'
import type { RecordedRequest } from '../../emulator/control/recorder.ts'
import { type BenchFleet, isReady, key, specText, startBenchFleet } from '../support/bench-fleet.ts'
import { VirtualTime } from '../support/virtual-time.ts'
import { type Figure, figure } from './figure.ts'

/** Workers; each fleet has its hub besides. */
const sizes = [1, 10, 30]
const peoplePerWorker = 10
/** `workshop controller` looks this often unless told otherwise. */
const usualMs = 30_000
/** The slowest drift interval that the loop is meant for; the full cycle is measured with it. */
const slowestMs = 300_000
const readyLimitMs = 1_200_000
const atMost = (value: number) => ({ on: 'ours', at: 'most', value }) as const

export async function measure(): Promise<readonly Figure[]> {
  const alone = await oneAppAlone()
  const figures: Figure[] = []
  for (const workers of sizes) figures.push(...(await oneFleet(workers, alone)))
  return [...figures, ...(await twoWorkshops())]
}

/** Seconds from create to RUNNING for one app, asked for at exactly the right moments by hand. */
async function oneAppAlone(): Promise<number> {
  const { time, fleet } = await begin(1, usualMs)
  const { bench } = fleet
  const app = async () => (await bench.get('/api/2.0/apps/alone')).json
  try {
    await bench.post('/api/2.0/workspace/mkdirs', { path: '/Workspace/Shared/alone' })
    const startedAt = time.now()
    await bench.post('/api/2.0/apps', { name: 'alone' })
    while ((await app()).compute_status.state !== 'ACTIVE') await time.pass(100)
    await bench.post('/api/2.0/apps/alone/deployments', { source_code_path: '/Workspace/Shared/alone' })
    while ((await app()).app_status.state !== 'RUNNING') await time.pass(100)
    return (time.now() - startedAt) / 1000
  } finally {
    await fleet.close()
  }
}

async function oneFleet(workers: number, aloneS: number): Promise<readonly Figure[]> {
  const { time, fleet, start } = await begin(workers, slowestMs)
  try {
    const startedAt = time.now()
    const controller = await start()
    await time.until('Ready', () => isReady(controller.view(key)), readyLimitMs)
    const readyS = (time.now() - startedAt) / 1000
    await settled(time, controller)

    const cheap = await callsOf(fleet, () => lookNow(time, controller, false))
    const deep = await callsOf(fleet, () => lookNow(time, controller, true))
    const round = await callsOf(fleet, () => time.pass(4 * 1_800_000))
    const looks = [...grouped(round, ({ at }) => at).values()]
    const rotating = Math.max(...looks.map((calls) => calls.length)) - cheap.length
    const named = `${workers} ${workers === 1 ? 'worker' : 'workers'}`
    return [
      figure(`time to Ready, hub and ${named}`, 's', readyS, aloneS, { on: 'ratio', at: 'most', value: 1.1 }),
      figure(`calls of a cheap look, ${named}`, 'calls', cheap.length, null, atMost(3)),
      figure(`calls of the rotating deep look, ${named}`, 'calls', rotating, null, atMost(3)),
      figure(`longest wait for a deep reading, ${named}`, 'min', longestGapMs(deep, round) / 60_000, null, atMost(30)),
      figure(`writes in two hours without changes, ${named}`, 'calls', round.filter(isWrite).length, null, atMost(0)),
    ]
  } finally {
    await fleet.close()
  }
}

/** App listings for each round of looks that two Workshops of one workspace make in an hour. */
async function twoWorkshops(): Promise<readonly Figure[]> {
  const { time, fleet, start } = await begin(2, usualMs)
  try {
    const second = specText({ replicas: 2, users: crowd(20) }).replace('name: first', 'name: second')
    await writeFile(
      join(fleet.folder, 'specs', 'second.workshop.yaml'),
      second.replace('namePrefix: vibe', 'namePrefix: other'),
    )
    const controller = await start()
    const both = () => controller.views().length === 2 && controller.views().every(isReady)
    await time.until('both Ready', both, readyLimitMs)
    await settled(time, controller)
    const calls = await callsOf(fleet, () => time.pass(3_600_000))
    const listings = calls.filter(({ method, path }) => method === 'GET' && path === '/api/2.0/apps').length
    const fleetFiles = calls.filter(({ query }) => query.includes('fleet')).length
    const looksOfOne = fleetFiles / 2
    return [figure('app listings for each look of two workshops', 'listings', listings / looksOfOne, null, atMost(1))]
  } finally {
    await fleet.close()
  }
}

async function begin(workers: number, driftMs: number) {
  const time = new VirtualTime()
  const users = crowd(workers * peoplePerWorker)
  const fleet = await startBenchFleet(specText({ replicas: workers, users }), {
    profile: 'realistic',
    clock: time,
    users: users.map((email) => ({ email, displayName: email })),
  })
  const tuning: Tuning = { clock: time, fetch: time.fetch, limits: politeLimits, pace: { driftMs } }
  return { time, fleet, start: () => fleet.start(tuning) }
}

const crowd = (count: number) => Array.from({ length: count }, (_, index) => `person-${index + 1}@example.com`)

/** Nothing is left that only a wait would settle: two looks without an action. */
async function settled(time: VirtualTime, controller: Controller): Promise<void> {
  for (let seen = 0; seen < 2; seen += 1) await lookNow(time, controller, true)
}

async function lookNow(time: VirtualTime, controller: Controller, deep: boolean): Promise<void> {
  await time.pass(1_000)
  const asked = time.now()
  for (const { namespace, name } of controller.views()) controller.reconcileNow(`${namespace}/${name}`, deep)
  const looked = () => controller.views().every(({ lookedAt = 0 }) => lookedAt >= asked)
  await time.until('a look', looked, 60_000)
}

/** What the emulator was asked meanwhile. */
async function callsOf(fleet: BenchFleet, run: () => Promise<unknown>): Promise<readonly RecordedRequest[]> {
  const { recorder } = fleet.bench.emulator
  recorder.clear()
  await run()
  return recorder.all()
}

const isWrite = ({ method }: RecordedRequest) => method !== 'GET' && method !== 'HEAD'

/** Of everything that a deep look reads: the longest time between two readings, ms. */
function longestGapMs(deep: readonly RecordedRequest[], round: readonly RecordedRequest[]): number {
  const nameOf = ({ path, query }: RecordedRequest) => `${path}?${query}`
  const end = round.at(-1)?.at ?? 0
  const gaps = [...grouped(deep, nameOf)].map(([name, calls]) => {
    const times = [...calls, ...round.filter((call) => nameOf(call) === name)].map(({ at }) => at)
    return Math.max(...[...times.slice(1), end].map((at, index) => at - (times[index] ?? at)))
  })
  return Math.max(...gaps)
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
