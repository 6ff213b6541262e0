/** How well: memory, viewers that stall, drops, exits. Each function measures one server once. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomFrom } from '../../support/random.ts'
import { median } from '../figure.ts'
import type { Terminal } from './clients.ts'
import { close, lookFor, signal, sleep } from './speed.ts'
import type { System } from './systems.ts'

const memorySessions = 40
/** As in speed.ts: a worker's code is compiled. */
const warmAttaches = 60

/** Growth in MB per session: after a prompt only, after 1 MB of text, after 1 MB that draws. Warms up first. */
export async function memoryPerSession(system: System, folder: string) {
  const text = join(folder, 'text')
  writeFileSync(text, 'a line of a log that is neither short nor very long, as they are\n'.repeat(16_200))
  const drawn = join(folder, 'painting')
  writeFileSync(
    drawn,
    '\u001b[5A\u001b[2Ksome text that is drawn over and over again by an agent\r\n\n\n\n\n'.repeat(15_000),
  )
  await grown(system, `cat ${drawn}`, 4)
  return {
    idle: await grown(system, 'true'),
    used: await grown(system, `cat ${text}`),
    drawn: await grown(system, `cat ${drawn}`),
  }
}

async function grown(system: System, command: string, count = memorySessions): Promise<number> {
  const before = system.rssMb()
  const terminals: Terminal[] = []
  for (let i = 0; i < count; i++) {
    const done = signal()
    const onData = lookFor('DONE', done.give)
    terminals.push(await system.open(`${command}; printf DONE; read stay`, { onData }))
    await done.wait
  }
  await sleep(1_500)
  const after = system.rssMb()
  for (const terminal of terminals) await close(terminal)
  return Math.max(0, (after - before) / count)
}

/** MB that the server grows by while a viewer of `yes` reads nothing for 6 s. */
export async function stalledGrowth(system: System): Promise<number> {
  const terminal = await system.open('exec yes')
  await sleep(500)
  const before = system.rssMb()
  terminal.stall()
  await sleep(6_000)
  const after = system.rssMb()
  await close(terminal)
  return Math.max(0, after - before)
}

/** Milliseconds from connecting to the last byte of a session that printed 200 KB; the median of 15 after 60. */
export async function attachTime(system: System): Promise<number> {
  const session = 'attach'
  const script = 'yes "$(printf %079d 0)" | head -n 2470; printf DONE; read stay'
  const first = signal()
  const terminal = await system.open(script, { session, onData: lookFor('DONE', first.give) })
  await first.wait
  const times: number[] = []
  for (let i = 0; i < warmAttaches + 15; i++) {
    const done = signal()
    const at = performance.now()
    const viewer = await system.open(script, { session, onData: lookFor('DONE', done.give) })
    await done.wait
    times.push(performance.now() - at)
    viewer.cut()
    await viewer.closed
  }
  await close(terminal)
  return median(times.slice(warmAttaches))
}

/** Share in % of programs that print 60 KB and exit whose output arrived whole. */
export async function wholeExits(system: System, count: number): Promise<number> {
  let whole = 0
  const one = async () => {
    let bytes = 0
    let last = performance.now()
    const terminal = await system.open('head -c 60000 /dev/zero | tr "\\0" x; printf END', {
      onData: (data) => {
        bytes += data.length
        last = performance.now()
      },
    })
    // Ours stays open after the end; give it and every other server a second for the rest.
    while (bytes < 60_003 && performance.now() - last < 1_000)
      await Promise.race([terminal.closed, sleep(2)]).then(() => sleep(2))
    if (bytes === 60_003) whole += 1
    await terminal.end()
    terminal.cut()
  }
  for (let i = 0; i < count; i += 4) await Promise.all([one(), one(), one(), one()])
  return (100 * whole) / count
}

/** Bytes lost or doubled when the connection is cut `drops` times during a long output. */
export async function dropsLost(system: System, drops: number): Promise<number> {
  const session = 'drops'
  const lines = Array.from({ length: 300 * drops }, (_, i) => `${i + 1}\r\n`).join('')
  // With nobody attached a program never waits: it prints slowly, so that no drop outlasts the history.
  const piece = 'seq $((i * 300 + 1)) $((i * 300 + 300)); sleep 0.01; i=$((i + 1))'
  const script = `stty -echo; read go; i=0; while [ $i -lt ${drops} ]; do ${piece}; done; read stay`
  const hash = createHash('sha1')
  let bytes = 0
  let cuts = 0
  let epoch = ''
  const random = randomFrom(7)
  while (bytes < lines.length) {
    const until =
      bytes + (cuts < drops ? 500 + Math.floor(random() * ((2 * lines.length) / drops - 1_000)) : lines.length)
    const enough = signal()
    const place = epoch === '' ? {} : { epoch, from: bytes }
    const terminal: Terminal = await system.open(script, {
      session,
      ...place,
      onData: (data) => {
        if (bytes >= until) return
        hash.update(data)
        bytes += data.length
        if (bytes >= until || bytes >= lines.length) enough.give()
      },
    })
    if (epoch === '') {
      await sleep(300)
      terminal.send('\r')
    }
    await enough.wait
    epoch = terminal.epoch()
    cuts += 1
    terminal.cut()
    await terminal.closed
    if (bytes >= lines.length) await terminal.end()
  }
  const same = hash.digest('hex') === createHash('sha1').update(lines).digest('hex')
  return same ? 0 : Math.max(1, Math.abs(bytes - lines.length))
}
