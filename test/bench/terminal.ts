/**
 * Our terminals beside ttyd (named by TTYD or on the PATH) and a small C floor that is compiled here: each server in a
 * process of its own, systems in turns, medians over the turns. CPU is the server's own, all threads; the programs in
 * the terminals are not counted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, figure, median, quantile } from './figure.ts'
import { attachTime, dropsLost, memoryPerSession, stalledGrowth, wholeExits } from './terminal/endurance.ts'
import { bulk, drawnBulk, interrupt, keyEcho, type Load, spawnTime } from './terminal/speed.ts'
import { compileFloor, findTtyd, type System, startFloor, startOurs, startTtyd } from './terminal/systems.ts'

/** Turns per measurement. */
const turns = 3
const drops = 1_000
const exits = 1_000

type Measured = Readonly<Record<System['name'], readonly number[]>>

export async function measure(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-terminal-'))
  const floor = compileFloor(folder)
  const ttyd = findTtyd()
  if (ttyd === undefined) console.log('  no ttyd: name one with TTYD; figures against it have no peer')
  const starters = [startOurs, ...(ttyd === undefined ? [] : [() => startTtyd(ttyd)]), () => startFloor(floor)]
  try {
    return [
      ...(await speed(starters, folder)),
      ...(await typing(starters, floor)),
      ...(await endurance(starters, folder)),
    ]
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
  return beside(name, unit, measured.ours, measured.ttyd, at, value)
}

function beside(
  name: string,
  unit: string,
  ours: readonly number[],
  peer: readonly number[],
  at: 'most' | 'least',
  value: number,
): Figure {
  return figure(name, unit, median(ours), peer.length === 0 ? null : median(peer), { on: 'ratio', at, value })
}

async function speed(starters: readonly Starter[], folder: string): Promise<readonly Figure[]> {
  const cpu: Record<System['name'], number[]> = { ours: [], ttyd: [], floor: [] }
  const rate = await inTurns(starters, turns, async (system) => {
    const { mbPerS, cpuMsPerMb } = await bulk(system, folder)
    cpu[system.name].push(cpuMsPerMb)
    return mbPerS
  })
  const drawn = await inTurns(starters, turns, (system) => drawnBulk(system, folder))
  const spawned = await inTurns(starters, turns, spawnTime)
  return [
    against('throughput', 'MB/s', rate, 'least', 1.3),
    beside('throughput beside the C floor', 'MB/s', rate.ours, rate.floor, 'least', 0.8),
    against('CPU', 'ms/MB', cpu, 'most', 0.75),
    beside('CPU beside the C floor', 'ms/MB', cpu.ours, cpu.floor, 'most', 2),
    against('CPU with a screen model, output that draws', 'ms/MB', drawn, 'most', 2.5),
    against('spawn to first byte', 'ms', spawned, 'most', 1.3),
  ]
}

/** Who else is busy, and the goals for p50 and p99 where the issue sets some. */
const company: readonly (readonly [name: string, load: Load, p99?: number])[] = [
  ['alone', { busy: 0, yes: false }],
  ['30 busy sessions', { busy: 30, yes: false }, 1.2],
  ['50 busy sessions', { busy: 50, yes: false }, 1.2],
  ['50 busy sessions and yes', { busy: 50, yes: true }, 1.2],
]

async function typing(starters: readonly Starter[], floor: string): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const [name, load, p99Goal = 1.5] of company) {
    const p99: Record<System['name'], number[]> = { ours: [], ttyd: [], floor: [] }
    const p50 = await inTurns(starters, 3, async (system) => {
      const times = await keyEcho(system, load, floor)
      p99[system.name].push(quantile(times, 0.99))
      return median(times)
    })
    figures.push(
      against(`echo p50, ${name}`, 'ms', p50, 'most', 1.1),
      against(`echo p99, ${name}`, 'ms', p99, 'most', p99Goal),
      beside(`echo p50 beside the C floor, ${name}`, 'ms', p50.ours, p50.floor, 'most', 1.6),
    )
  }
  const stop = await inTurns(starters, 3, interrupt)
  return [...figures, against('Ctrl-C on a link of 2 MB/s', 's', stop, 'most', 0.08)]
}

async function endurance(starters: readonly Starter[], folder: string): Promise<readonly Figure[]> {
  const stalled = await inTurns(starters, 1, stalledGrowth)
  const exited = await inTurns(starters, 1, (system) => wholeExits(system, system.name === 'ours' ? exits : exits / 10))
  const ours = await startOurs()
  try {
    const attached = await attachTime(ours)
    const lost = await dropsLost(ours, drops)
    await ours.stop()
    const fresh = await startOurs()
    const { idle, used, drawn } = await memoryPerSession(fresh, folder)
    await fresh.stop()
    const most = (value: number) => ({ on: 'ours', at: 'most', value }) as const
    return [
      figure('memory per idle session', 'MB', idle, null, most(0.1)),
      figure('memory per used session (1 MB of output)', 'MB', used, null, most(0.5)),
      figure('memory per used session with its screen model', 'MB', drawn, null, most(1.5)),
      figure('growth by a stalled viewer, 6 s of yes', 'MB', median(stalled.ours), stalledPeer(stalled), most(8)),
      figure('attach, 200 KB of history', 'ms', attached, null, most(2)),
      figure(`output whole at exit, of ${exits}`, '%', median(exited.ours), peerOf(exited.ttyd), {
        on: 'ours',
        at: 'least',
        value: 100,
      }),
      figure(`bytes lost or doubled over ${drops} drops`, 'bytes', lost, null, most(0)),
    ]
  } finally {
    await ours.stop()
  }
}

const peerOf = (values: readonly number[]) => (values.length === 0 ? null : median(values))
const stalledPeer = ({ ttyd }: Measured) => peerOf(ttyd)
