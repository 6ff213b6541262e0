/** How fast: interrupts, starts. Each function measures one server once. */
import { median } from '../figure.ts'
import type { Terminal } from './clients.ts'
import type { System } from './systems.ts'

const endMark = 'END-OF-OUTPUT'

/** What comes before the measured: a worker runs for days, and its code is compiled after a few seconds. */
const warmStarts = 150
const measuredStarts = 50

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
