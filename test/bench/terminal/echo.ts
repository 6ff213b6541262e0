/**
 * Round trips of keys, through a program that echoes them, beside a load. All servers keep their sessions, and the load
 * runs on the one whose turn it is: a machine that others use too has minutes in which every answer is ten times as
 * late, and turns of a second meet the same minutes.
 */
import type { Turns } from '../spread.ts'
import type { Terminal } from './clients.ts'
import { close, lookFor, signal, sleep } from './speed.ts'
import type { System } from './systems.ts'
import { turnsOf } from './turns.ts'

/** Sessions that print 50 KB/s each, and one that prints as fast as it is taken. */
export interface Load {
  readonly busy: number
  readonly yes: boolean
}

/** What comes before the measured: a worker runs for days, and its code is compiled after a few seconds. */
const warmKeys = 2_000
/** The load goes on so long once: rings get their size, and what is compiled for them is. */
const warmMs = 3_000
const rounds = 36
/**
 * Beside a load one key in a hundred meets something else on the machine and is many times as late; whether it is a
 * little less or more decides p99. Of 36 turns two ttyds in one run differed by 1.6, of 90 by 1.5, of 180 by 1.07. The
 * floor, of which only the middle is asked, leaves after 36.
 */
const roundsAtLoad = 200
const keysPerTurn = 60
/** A load that has just begun again is not the steady one. */
const settleMs = 300
/** `floor pace` prints this often, ms. */
const pieceMs = 20

/** Milliseconds of each key by system and turn: 36 turns of 60, beside busy sessions 200 but for the floor. */
export async function keyEchoes(systems: readonly System[], load: Load, floor: string): Promise<KeyTimes> {
  const places = new Map<System, Place>()
  for (const system of systems) places.set(system, await settle(system, load, floor))
  const all: Record<System['name'], (readonly number[])[]> = { ours: [], ttyd: [], floor: [] }
  const most = load.busy > 0 && !load.yes ? roundsAtLoad : rounds
  for (let round = 0; round < most; round++) {
    const there = round < rounds ? systems : systems.filter(({ name }) => name !== 'floor')
    for (const system of turnsOf(there, round)) all[system.name].push((await places.get(system)?.turn()) ?? [])
  }
  for (const place of places.values()) await place.leave()
  return all
}

export type KeyTimes = Readonly<Record<System['name'], Turns>>

/** One server with a person who types and everybody else. */
interface Place {
  readonly turn: () => Promise<readonly number[]>
  readonly leave: () => Promise<void>
}

async function settle(system: System, load: Load, floor: string): Promise<Place> {
  const others: Awaited<ReturnType<typeof openProgram>>[] = []
  for (let i = 0; i < load.busy; i++) others.push(await openProgram(system, `${floor} pace 50000`))
  if (load.yes) others.push(await openProgram(system, 'yes'))
  const typist = await openTypist(system)
  for (let i = 0; i < warmKeys; i++) await typist.key()
  await sleep(warmMs)
  const rest = () => {
    for (const { pid } of others) process.kill(pid, 'SIGSTOP')
  }
  const run = async () => {
    // Spread over the time between two pieces, as sessions are that were opened by different people.
    for (const [at, { pid }] of others.entries()) {
      if (at > 0 && at % Math.ceil(others.length / pieceMs) === 0) await sleep(1)
      process.kill(pid, 'SIGCONT')
    }
  }
  rest()
  return {
    turn: async () => {
      await run()
      await sleep(settleMs)
      const times: number[] = []
      for (let i = 0; i < keysPerTurn; i++) {
        times.push(await typist.key())
        await sleep(5 + (i % 7))
      }
      rest()
      // What this server has still to hand on is not the next one's time.
      await sleep(50)
      return times
    },
    leave: async () => {
      await run()
      for (const { terminal } of [typist, ...others]) await close(terminal)
    },
  }
}

/** Runs a program whose process is known, so that it can be stopped and continued. */
async function openProgram(system: System, command: string): Promise<{ terminal: Terminal; pid: number }> {
  const named = signal()
  let pid = 0
  let text = ''
  const terminal = await system.open(`printf 'pid %d;' $$; exec ${command}`, {
    onData: (data) => {
      if (pid !== 0) return
      text += data.toString('latin1', 0, 100)
      pid = Number(/pid (\d+);/.exec(text)?.[1] ?? 0)
      if (pid !== 0) named.give()
    },
  })
  await named.wait
  return { terminal, pid }
}

async function openTypist(system: System): Promise<{ terminal: Terminal; key: () => Promise<number> }> {
  const started = signal()
  const look = lookFor('ready', started.give)
  let heard: () => void = () => {}
  const terminal = await system.open('stty raw -echo; printf ready; exec cat', {
    onData: (data) => {
      look(data)
      heard()
    },
  })
  await started.wait
  await sleep(300)
  const key = async () => {
    const echo = signal()
    heard = echo.give
    const at = performance.now()
    terminal.send('k')
    await echo.wait
    return performance.now() - at
  }
  return { terminal, key }
}
