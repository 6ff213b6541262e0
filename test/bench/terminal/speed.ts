/** How fast: keys, interrupts, starts. Each function measures one server once. */
import { median } from '../figure.ts'
import type { Terminal, TerminalOptions } from './clients.ts'
import type { System } from './systems.ts'

const endMark = 'END-OF-OUTPUT'

/** What comes before the measured: a worker runs for days, and its code is compiled after a few seconds. */
const warmKeys = 2_000
/** The load goes on so long before keys are measured: rings get their size, and what is compiled for them is. */
const warmMs = 3_000
const measuredKeys = 500
const warmStarts = 150
const measuredStarts = 50

/** Sessions that print 50 KB/s each, and one that prints as fast as it is taken. */
export interface Load {
  readonly busy: number
  readonly yes: boolean
}

/** Round trips of keys in ms, through a program that echoes them, beside the load. */
export async function keyEcho(system: System, load: Load, floorProgram: string): Promise<readonly number[]> {
  const others: Terminal[] = []
  for (let i = 0; i < load.busy; i++) others.push(await system.open(`exec ${floorProgram} pace 50000`))
  if (load.yes) others.push(await system.open('exec yes'))
  const times: number[] = []
  let heard: () => void = () => {}
  let ready: () => void = () => {}
  const started = new Promise<void>((resolve) => {
    ready = resolve
  })
  const key = async () => {
    const echo = new Promise<void>((resolve) => {
      heard = resolve
    })
    const at = performance.now()
    terminal.send('k')
    await echo
    return performance.now() - at
  }
  const look = lookFor('ready', ready)
  const options: TerminalOptions = {
    onData: (data) => {
      look(data)
      heard()
    },
  }
  const terminal = await system.open('stty raw -echo; printf ready; exec cat', options)
  await started
  await sleep(300)
  for (let i = 0; i < warmKeys; i++) await key()
  await sleep(warmMs)
  for (let i = 0; i < measuredKeys; i++) {
    times.push(await key())
    await sleep(5 + (i % 7))
  }
  for (const other of [terminal, ...others]) await close(other)
  return times
}

/** Seconds from Ctrl-C to the end of `yes` on the screen of a viewer that takes in 2 MB/s. */
export async function interrupt(system: System): Promise<number> {
  const done = signal()
  const terminal = await system.open(`trap : INT; yes; printf ${endMark}; read stay`, {
    rate: 2_000_000,
    onData: lookFor(endMark, done.give),
  })
  await sleep(2_500)
  const at = performance.now()
  terminal.send('\u0003')
  await done.wait
  const seconds = (performance.now() - at) / 1000
  await close(terminal)
  return seconds
}

/** Milliseconds from connecting to a program's first byte; the median of 50. */
export async function spawnTime(system: System): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < warmStarts + measuredStarts; i++) {
    const first = signal()
    const at = performance.now()
    const terminal = await system.open('printf x; read stay', { onData: (data) => data.length > 0 && first.give() })
    await first.wait
    times.push(performance.now() - at)
    await close(terminal)
    // What a server has still to do for the last one is not the next one's time.
    await sleep(10)
  }
  return median(times.slice(warmStarts))
}

export async function close(terminal: Terminal): Promise<void> {
  await terminal.end()
  terminal.cut()
  await terminal.closed
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export function signal(): { readonly wait: Promise<void>; readonly give: () => void } {
  let give: () => void = () => {}
  const wait = new Promise<void>((resolve) => {
    give = resolve
  })
  return { wait, give }
}

/** Calls `found` when `mark` is the last that came, whole or in pieces. */
export function lookFor(mark: string, found: () => void): (data: Buffer) => void {
  let last = ''
  return (data) => {
    last = (last + data.toString('latin1', Math.max(0, data.length - mark.length))).slice(-mark.length)
    if (last === mark) found()
  }
}
