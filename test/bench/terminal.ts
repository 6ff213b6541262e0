/**
 * Our terminals beside ttyd (named by TTYD or on the PATH) and a small C floor that is compiled here: each server in a
 * process of its own, systems in turns, medians over the turns. CPU is the server's own, all threads; the programs in
 * the terminals are not counted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, figure, median, quantile } from './figure.ts'
import { ratioRange, singly, type Turns } from './spread.ts'
import { keyEchoes, type Load } from './terminal/echo.ts'
import { attachTime, dropsLost, memoryPerSession, stalledGrowth, wholeExits } from './terminal/endurance.ts'
import { interrupt, spawnTime } from './terminal/speed.ts'
import { compileFloor, findTtyd, type System, startFloor, startOurs, startTtyd } from './terminal/systems.ts'
import { bulk, drawnBulk, type Transfer, type Transfers } from './terminal/transfers.ts'

/** Turns per measurement. */
const turns = 3
const drops = 1_000
const exits = 1_000

type Measured = Readonly<Record<System['name'], readonly number[]>>

/** What measurements need. */
interface Bench {
  readonly starters: readonly Starter[]
  /** The floor's program. */
  readonly floor: string
  readonly folder: string
}

const measurements: Readonly<Record<string, (bench: Bench) => Promise<readonly Figure[]>>> = {
  throughput,
  model,
  spawn,
  echo,
  interrupts,
  stall,
  exits: exitsWhole,
  attach,
  drops: dropsResumed,
  memory,
}

/** What can be asked for one by one. */
export const parts = Object.keys(measurements)

/** Measures the parts in `only`, one after the other. */
export async function* measure(only: readonly string[]): AsyncGenerator<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-terminal-'))
  const floor = compileFloor(folder)
  const ttyd = findTtyd()
  if (ttyd === undefined) console.log('  no ttyd: name one with TTYD; figures against it have no peer')
  const starters = [startOurs, ...(ttyd === undefined ? [] : [() => startTtyd(ttyd)]), () => startFloor(floor)]
  try {
    for (const [name, one] of Object.entries(measurements)) {
      if (only.length === 0 || only.includes(name)) yield await one({ starters, floor, folder })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Starter = () => Promise<System>

/** Measures each system in turn, each turn on fresh servers. */
async function inTurns(starters: readonly Starter[], count: number, one: (system: System) => Promise<number>) {
  const all: Record<System['name'], number[]> = { ours: [], ttyd: [], floor: [] }
  for (let turn = 0; turn < count; turn++) {
    for (const start of starters) {
      const system = await start()
      try {
        all[system.name].push(await one(system))
      } finally {
        await system.stop()
      }
    }
  }
  return all
}

/** Ours against ttyd, by medians. */
function against(name: string, unit: string, measured: Measured, at: 'most' | 'least', value: number): Figure {
  return beside(name, unit, singly(measured.ours), singly(measured.ttyd), at, value)
}

function beside(
  name: string,
  unit: string,
  ours: Turns,
  peer: Turns,
  at: 'most' | 'least',
  value: number,
  of: (values: readonly number[]) => number = median,
): Figure {
  const theirs = peer.length === 0 ? null : of(peer.flat())
  return figure(
    name,
    unit,
    of(ours.flat()),
    theirs,
    { on: 'ratio', at, value },
    ratioRange(ours, peer, of, Math.random),
  )
}

/** All servers at once, for as long as `one` takes. */
async function sideBySide<T>(
  starters: readonly Starter[],
  one: (systems: readonly System[]) => Promise<T>,
): Promise<T> {
  const systems: System[] = []
  try {
    for (const start of starters) systems.push(await start())
    return await one(systems)
  } finally {
    for (const system of systems) await system.stop()
  }
}

const valuesOf =
  ({ ours, ttyd, floor }: Transfers) =>
  (value: (transfer: Transfer) => number): Measured => ({
    ours: ours.map(value),
    ttyd: ttyd.map(value),
    floor: floor.map(value),
  })

async function throughput({ starters, folder }: Bench): Promise<readonly Figure[]> {
  const measured = valuesOf(await sideBySide(starters, (systems) => bulk(systems, folder)))
  const rate = measured(({ mbPerS }) => mbPerS)
  const cpu = measured(({ cpuMsPerMb }) => cpuMsPerMb)
  return [
    against('throughput', 'MB/s', rate, 'least', 1.3),
    beside('throughput beside the C floor', 'MB/s', singly(rate.ours), singly(rate.floor), 'least', 0.8),
    against('CPU', 'ms/MB', cpu, 'most', 0.75),
    beside('CPU beside the C floor', 'ms/MB', singly(cpu.ours), singly(cpu.floor), 'most', 2),
  ]
}

async function model({ starters, folder }: Bench): Promise<readonly Figure[]> {
  const measured = valuesOf(await sideBySide(starters, (systems) => drawnBulk(systems, folder)))
  const cpu = measured(({ cpuMsPerMb }) => cpuMsPerMb)
  return [against('CPU with a screen model, output that draws', 'ms/MB', cpu, 'most', 2.5)]
}

async function spawn({ starters }: Bench): Promise<readonly Figure[]> {
  return [against('spawn to first byte', 'ms', await inTurns(starters, turns, spawnTime), 'most', 1.3)]
}

/** Who else is busy, and the goals for p50 and p99 where the issue sets some. */
const company: readonly (readonly [name: string, load: Load, p99?: number])[] = [
  ['alone', { busy: 0, yes: false }],
  ['30 busy sessions', { busy: 30, yes: false }, 1.2],
  ['50 busy sessions', { busy: 50, yes: false }, 1.2],
  ['50 busy sessions and yes', { busy: 50, yes: true }, 1.2],
]

async function echo({ starters, floor }: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const [name, load, p99Goal = 1.5] of company) {
    const { ours, ttyd, floor: least } = await sideBySide(starters, (systems) => keyEchoes(systems, load, floor))
    figures.push(
      beside(`echo p50, ${name}`, 'ms', ours, ttyd, 'most', 1.1),
      beside(`echo p99, ${name}`, 'ms', ours, ttyd, 'most', p99Goal, (times) => quantile(times, 0.99)),
      beside(`echo p50 beside the C floor, ${name}`, 'ms', ours.slice(0, least.length), least, 'most', 1.6),
    )
  }
  return figures
}

async function interrupts({ starters }: Bench): Promise<readonly Figure[]> {
  return [against('Ctrl-C on a link of 2 MB/s', 's', await inTurns(starters, turns, interrupt), 'most', 0.08)]
}

const most = (value: number) => ({ on: 'ours', at: 'most', value }) as const
const peerOf = (values: readonly number[]) => (values.length === 0 ? null : median(values))

async function stall({ starters }: Bench): Promise<readonly Figure[]> {
  const grown = await inTurns(starters, 1, stalledGrowth)
  return [figure('growth by a stalled viewer, 6 s of yes', 'MB', median(grown.ours), peerOf(grown.ttyd), most(8))]
}

async function exitsWhole({ starters }: Bench): Promise<readonly Figure[]> {
  const whole = await inTurns(starters, 1, (system) => wholeExits(system, system.name === 'ours' ? exits : exits / 10))
  const goal = { on: 'ours', at: 'least', value: 100 } as const
  return [figure(`output whole at exit, of ${exits}`, '%', median(whole.ours), peerOf(whole.ttyd), goal)]
}

async function attach(): Promise<readonly Figure[]> {
  const { ours } = await inTurns([startOurs], turns, attachTime)
  return [figure('attach, 200 KB of history', 'ms', median(ours), null, most(2))]
}

async function dropsResumed(): Promise<readonly Figure[]> {
  const { ours } = await inTurns([startOurs], 1, (system) => dropsLost(system, drops))
  return [figure(`bytes lost or doubled over ${drops} drops`, 'bytes', median(ours), null, most(0))]
}

async function memory({ folder }: Bench): Promise<readonly Figure[]> {
  const system = await startOurs()
  try {
    const { idle, used, drawn } = await memoryPerSession(system, folder)
    return [
      figure('memory per idle session', 'MB', idle, null, most(0.1)),
      figure('memory per used session (1 MB of output)', 'MB', used, null, most(0.5)),
      figure('memory per used session with its screen model', 'MB', drawn, null, most(1.5)),
    ]
  } finally {
    await system.stop()
  }
}
