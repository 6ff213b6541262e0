/** How fast output comes, and what it costs: the same file through one terminal of each server, in turns. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { close, lookFor, signal, sleep } from './speed.ts'
import type { System } from './systems.ts'
import { turnsOf } from './turns.ts'

const bulkMb = 40
const drawnMb = 12
const endMark = 'END-OF-OUTPUT'
/** A worker runs for days, and its code is compiled after a few seconds. */
const warmRounds = 6
/** One transfer is over in a second: neither a pause of the machine nor a good minute must be the figure. */
const measuredRounds = 24

export interface Transfer {
  readonly mbPerS: number
  readonly cpuMsPerMb: number
}

/** 40 MB of log lines with colours. */
export function bulk(systems: readonly System[], folder: string): Promise<Transfers> {
  return inTurns(systems, fileOf(folder, logLines(), bulkMb), 0)
}

/** 12 MB that move the cursor and clear, as agents print it. What is left to be done at their end counts too. */
export function drawnBulk(systems: readonly System[], folder: string): Promise<Transfers> {
  return inTurns(systems, fileOf(folder, repaints(), drawnMb), 1_000)
}

export type Transfers = Readonly<Record<System['name'], readonly Transfer[]>>

async function inTurns(systems: readonly System[], file: string, settleMs: number): Promise<Transfers> {
  const all: Record<System['name'], Transfer[]> = { ours: [], ttyd: [], floor: [] }
  for (let round = 0; round < warmRounds + measuredRounds; round++) {
    for (const system of turnsOf(systems, round)) {
      const one = await transfer(system, file, settleMs)
      // What a server has still to do for the last one is not the next one's time.
      await sleep(50)
      if (round >= warmRounds) all[system.name].push(one)
    }
  }
  return all
}

/** `settleMs` passes before the work is counted. */
async function transfer(system: System, file: string, settleMs: number): Promise<Transfer> {
  let bytes = 0
  const done = signal()
  const look = lookFor(endMark, done.give)
  const script = `stty -echo; read go; cat ${file}; printf ${endMark}; read stay`
  const terminal = await system.open(script, {
    onData: (data) => {
      bytes += data.length
      look(data)
    },
  })
  await sleep(200)
  const cpu = system.cpuMs()
  const begun = performance.now()
  terminal.send('\r')
  await done.wait
  const seconds = (performance.now() - begun) / 1000
  await sleep(settleMs)
  const mb = bytes / 1e6
  const result = { mbPerS: mb / seconds, cpuMsPerMb: (system.cpuMs() - cpu) / mb }
  await close(terminal)
  return result
}

function fileOf(folder: string, text: string, mb: number): string {
  const file = join(folder, `output-${mb}`)
  writeFileSync(file, text.repeat(Math.ceil((mb * 1e6) / text.length)))
  return file
}

/** A build's log: 70 to 110 characters a line, every fourth with colours. */
function logLines(): string {
  const words = ['compile', 'src/module', 'warning:', 'linked', 'in 0.42s', 'ok', 'cached', 'µs']
  return Array.from({ length: 400 }, (_, i) => {
    const text = Array.from({ length: 11 }, (_, j) => words[(i * 7 + j * 3) % words.length]).join(' ')
    return i % 4 === 0 ? `\u001b[32m${i}\u001b[0m ${text}\n` : `${i} ${text}\n`
  }).join('')
}

/** An agent's repaints: half a screen erased and written again, in synchronized blocks. */
function repaints(): string {
  return Array.from({ length: 60 }, (_, i) => {
    const lines = Array.from(
      { length: 20 },
      (_, j) => `\u001b[2K\u001b[38;5;${(i + j) % 256}m● step ${i} of ${j} \u001b[0m${'text '.repeat(12)}\r\n`,
    )
    return `\u001b[?2026h\u001b[20A${lines.join('')}\u001b[?2026l`
  }).join('')
}
