/** What must hold on this machine before anything is started: ports, node-pty, memory; and how sessions will be isolated. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { freemem } from 'node:os'
import { promisify } from 'node:util'
import { WorkshopError } from '@workshop/contracts/errors'
import type { Workshop } from '@workshop/contracts/workshop'
import { portTaken } from '../emulator-process.ts'
import { packagePath } from '../package-path.ts'

/** Throws WO-9002 when something listens on 127.0.0.1:`port`. Port 0 is always free. */
export async function requireFreePort(port: number, option: string): Promise<void> {
  if (port === 0) return
  await new Promise<void>((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? portTaken(port, option) : error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}

/** Throws WO-9003 when no build of node-pty can be loaded: the shipped one, or the one that npm has built. */
export function requirePty(): void {
  const require = createRequire(import.meta.url)
  const target = `${process.platform}-${process.arch}`
  const candidates = [
    packagePath('worker', 'prebuilds', target, 'pty.node'),
    packagePath('node_modules', 'node-pty', 'build', 'Release', 'pty.node'),
    packagePath('node_modules', 'node-pty', 'prebuilds', target, 'pty.node'),
  ].filter((path) => existsSync(path))
  const reasons: string[] = []
  for (const path of candidates) {
    try {
      require(path)
      return
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
    }
  }
  const why = reasons.length > 0 ? reasons.join('; ') : `none was built for ${target}`
  throw new WorkshopError({ code: 'WO-9003', message: `node-pty cannot be loaded: ${why}` })
}

/** Measured resident sizes of the programs at rest, in MiB; an agent's session comes on top when it is opened. */
const needMiB = { emulator: 150, controller: 200, app: 110 } as const

/** MiB that the programs of this Workshop need before anybody opens a session. */
export function memoryNeed({ spec }: Workshop): number {
  return needMiB.emulator + needMiB.controller + needMiB.app * (spec.workers.replicas + 1)
}

/** Throws WO-9004 when `availableMiB` is less than the Workshop needs. */
export function requireMemory(workshop: Workshop, availableMiB: number): void {
  const need = memoryNeed(workshop)
  if (availableMiB >= need) return
  const message = `${workshop.spec.workers.replicas} workers and the hub need about ${need} MiB; ${Math.floor(availableMiB)} MiB are available`
  throw new WorkshopError({ code: 'WO-9004', message, fix: 'close programs, or lower spec.workers.replicas' })
}

/** MiB that new programs may take: the machine's, or what is left of this control group. */
export async function availableMemory(): Promise<number> {
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const machine = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? freemem() / 1024) / 1024
  const number = async (path: string) => Number(await readFile(path, 'utf8').catch(() => 'NaN'))
  const limit = await number('/sys/fs/cgroup/memory.max')
  const used = await number('/sys/fs/cgroup/memory.current')
  return Number.isFinite(limit - used) ? Math.min(machine, (limit - used) / 1_048_576) : machine
}

/** Why bubblewrap does not start here; undefined when it does. */
export async function bubblewrapProblem(): Promise<string | undefined> {
  const args = ['--ro-bind', '/', '/', '--dev', '/dev', '--unshare-user', '--unshare-pid', 'true']
  return promisify(execFile)('bwrap', args, { timeout: 5000 }).then(
    () => undefined,
    (error: NodeJS.ErrnoException & { stderr?: string }) =>
      error.code === 'ENOENT' ? 'bubblewrap is not installed' : (error.stderr?.split('\n')[0] ?? error.message),
  )
}
