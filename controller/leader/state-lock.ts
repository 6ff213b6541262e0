/**
 * Keeps a state directory to one controller. Two would count generations apart and overwrite what the other keeps. The
 * lock is a file with a heartbeat, since a state directory may be shared between machines; ages are never compared
 * between their clocks: who comes second watches whether the heartbeat moves.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import { type Clock, systemClock } from '../databricks/client/clock.ts'

/** Who holds a lock. */
export interface Holder {
  readonly id: string
  readonly host: string
  readonly pid: number
  /** When the process began, as its system counts; a pid alone is given to another process some day. */
  readonly born: string
  readonly beat: number
}

export interface LockOptions {
  readonly stateDir: string
  /** Told once when somebody else took the lock: this process was silent for too long. */
  readonly onLost: (why: string) => void
  readonly clock?: Clock
  readonly host?: string
  /** Between two heartbeats, ms. */
  readonly beatMs?: number
}

export interface StateLock {
  readonly release: () => Promise<void>
}

/** A holder whose process we cannot see is given up after this many heartbeats that did not come. */
const missedBeats = 3
/** Two that take over at once both see, after this, who was last. */
const settleMs = 200

/** Throws WO-9006 while another controller holds the directory. A dead one on this machine is seen at once. */
export async function lockState({ stateDir, onLost, clock = systemClock, ...more }: LockOptions): Promise<StateLock> {
  const { host = hostname(), beatMs = 5_000 } = more
  const file = join(stateDir, 'controller.lock')
  const own: Holder = { id: randomUUID(), host, pid: process.pid, born: bornAt(process.pid), beat: 0 }
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const isFree = await writeFile(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
      return false
    },
  )
  if (!isFree) await takeOver(file, own, { clock, beatMs, stateDir })

  let beat = 0
  const timer = setInterval(() => void tick(), beatMs)
  timer.unref()
  const tick = async () => {
    const holder = await readHolder(file)
    // A file that is gone or cannot be read is written anew; one of somebody else is theirs.
    if (holder && holder.id !== own.id) {
      clearInterval(timer)
      onLost(`another controller took the state directory (${nameOf(holder)})`)
      return
    }
    beat += 1
    await replace(file, { ...own, beat }).catch(() => undefined)
  }
  return {
    release: async () => {
      clearInterval(timer)
      if ((await readHolder(file))?.id === own.id) await rm(file, { force: true })
    },
  }
}

interface TakeOver {
  readonly clock: Clock
  readonly beatMs: number
  readonly stateDir: string
}

async function takeOver(file: string, own: Holder, { clock, beatMs, stateDir }: TakeOver): Promise<void> {
  const refuse = (holder: Holder | undefined) =>
    new WorkshopError({
      code: 'WO-9006',
      message: `another controller keeps its state here (${holder ? nameOf(holder) : 'it began just now'})`,
      where: stateDir,
    })
  const holder = await readHolder(file)
  if (holder?.host === own.host && isAlive(holder)) throw refuse(holder)
  if (holder && (holder.host !== own.host || holder.pid === own.pid)) {
    await clock.sleep(beatMs * missedBeats)
    const later = await readHolder(file)
    if (later && (later.id !== holder.id || later.beat !== holder.beat)) throw refuse(later)
  }
  await replace(file, own)
  await clock.sleep(settleMs)
  const last = await readHolder(file)
  if (last?.id !== own.id) throw refuse(last)
}

async function replace(file: string, holder: Holder): Promise<void> {
  const fresh = `${file}.${holder.id}`
  await writeFile(fresh, JSON.stringify(holder), { mode: 0o600 })
  await rename(fresh, file)
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder>
    return typeof holder.id === 'string' ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

/** A process that we see here. With our own pid it is an earlier life of this container, or one in a container beside. */
function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return bornAt(pid) === born
}

/** Field 22 of /proc/PID/stat (proc(5)), after the name, which may hold anything; empty where there is no /proc. */
function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function nameOf({ host, pid }: Holder): string {
  return `process ${pid} on ${host}`
}
