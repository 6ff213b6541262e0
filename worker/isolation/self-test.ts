/** Proves a level: runs a session that attacks a stand-in for the worker and a second session, and reports what it could do. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { IsolationLevel } from '@workshop/contracts/worker-api'
import type { Launch } from '../terminal/launch.ts'
import type { Confinement, Isolation } from './isolation.ts'
import { type Attempt, attempts, type ProbeTargets, probeProgram } from './self-test-probe.ts'

/** What session A can do at each level. Everything else on the list must fail. */
export const expected: Readonly<Record<IsolationLevel, readonly Attempt[]>> = {
  namespaces: ['write in the own home'],
  open: attempts,
}

/** One row of the published table. */
export interface SelfTestRow {
  readonly attempt: Attempt
  readonly succeeded: boolean
}

/** Takes about half a second and leaves nothing behind. Where effects can be seen from outside, they count, not the probe's word. */
export async function selfTest(isolation: Isolation): Promise<readonly SelfTestRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'self-test-'))
  const [mark, argument] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')]
  const children: ChildProcess[] = []
  const shared = [join(tmpdir(), `probe-${mark}`), join('/dev/shm', `probe-${mark}`)] as const
  try {
    const [own, other] = await Promise.all([confinement(folder, 'a'), confinement(folder, 'b')])
    const workerFile = join(folder, 'worker-file')
    const otherFile = join(other.home, 'file')
    await Promise.all([workerFile, otherFile].map((file) => writeFile(file, mark, { mode: 0o600 })))

    const idle = { file: '/bin/sleep', args: ['30'], cwd: '/' }
    const worker = start({ ...idle, env: { SECRET: `worker-${mark}` } }, children)
    const session = start(
      isolation.wrap(
        {
          file: '/bin/sh',
          args: ['-c', 'read -r line', argument],
          cwd: other.home,
          env: { SECRET: `other-${mark}`, PATH: '/usr/bin:/bin' },
        },
        other,
      ),
      children,
    )
    await Promise.all([once(worker, 'spawn'), once(session, 'spawn')])
    const before = getPriority(session.pid)
    const targets: ProbeTargets = {
      workerFile,
      workerFolder: folder,
      workerPid: worker.pid ?? 0,
      workerSecret: `worker-${mark}`,
      otherFile,
      otherHome: other.home,
      otherTmp: other.tmp,
      otherPid: session.pid ?? 0,
      otherSecret: `other-${mark}`,
      otherArgument: [...argument].reverse().join(''),
      sharedTemp: shared[0],
      sharedMemory: shared[1],
    }
    const claimed = await attack(isolation, own, targets)
    const seen: Partial<Record<Attempt, boolean>> = {
      'write in the own home': existsSync(join(own.home, 'probe')),
      'write into the home of another session': existsSync(join(other.home, 'probe')),
      'write into the temp folder of another session': existsSync(join(other.tmp, 'probe')),
      'write into the shared temp folder': existsSync(shared[0]),
      'write into shared memory': existsSync(shared[1]),
      'stop another session': await hasEnded(session),
      'stop the worker': await hasEnded(worker),
      ...(session.exitCode === null && session.signalCode === null
        ? { 'lower the priority of another session': getPriority(session.pid) !== before }
        : {}),
    }
    return attempts.map((attempt) => ({ attempt, succeeded: seen[attempt] ?? claimed[attempt] ?? false }))
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all([folder, ...shared].map((path) => rm(path, { recursive: true, force: true })))
  }
}

async function confinement(folder: string, name: string): Promise<Confinement> {
  const base = join(folder, name)
  const folders = { home: join(base, 'home'), project: join(base, 'project'), tmp: join(base, 'tmp') }
  for (const path of [join(folders.home, 'project'), folders.project, folders.tmp]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
  }
  return { ...folders, readOnly: [dirname(process.execPath)] }
}

function start({ file, args, env, cwd }: Launch, children: ChildProcess[]): ChildProcess {
  const child = spawn(file, [...args], { env: { ...env }, cwd, stdio: ['pipe', 'ignore', 'ignore'] })
  children.push(child)
  return child
}

async function attack(
  isolation: Isolation,
  own: Confinement,
  targets: ProbeTargets,
): Promise<Partial<Record<Attempt, boolean>>> {
  const { file, args, env, cwd } = isolation.wrap(
    {
      file: process.execPath,
      args: ['-e', probeProgram, JSON.stringify(targets)],
      env: { HOME: own.home, PATH: '/usr/bin:/bin' },
      cwd: own.home,
    },
    own,
  )
  const { stdout } = await promisify(execFile)(file, [...args], { env: { ...env }, cwd, timeout: 15_000 })
  return JSON.parse(stdout)
}

/** A signal takes a moment to be noticed here. */
async function hasEnded(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true
  const timer = AbortSignal.timeout(150)
  return once(child, 'exit', { signal: timer }).then(
    () => true,
    () => false,
  )
}
