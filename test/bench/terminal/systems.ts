/** The servers that are measured, each in a process of its own, and one light client for all of them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { connectFloor, connectOurs, connectTtyd, type Terminal, type TerminalOptions } from './clients.ts'

export interface System {
  readonly name: 'ours' | 'ttyd' | 'floor'
  readonly pid: number
  /** Runs `script` in a shell on a new terminal; resolves once connected. */
  readonly open: (script: string, options?: TerminalOptions) => Promise<Terminal>
  /** CPU time of all threads so far, in ms; programs in terminals are not counted. */
  readonly cpuMs: () => number
  /** Resident memory in MB. */
  readonly rssMb: () => number
  readonly stop: () => Promise<void>
}

/** Compiles the floor into `folder`; gives the program's path. Throws when there is no C compiler. */
export function compileFloor(folder: string): string {
  const program = join(folder, 'floor')
  execFileSync('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'floor.c'), '-lutil'])
  return program
}

/** The ttyd to compare with: named by TTYD, or on the PATH. */
export function findTtyd(): string | undefined {
  const named = process.env['TTYD']
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'ttyd'))
  return (named ? [named] : places).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export async function startOurs(): Promise<System> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'our-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await portOf(child, child.stdout)
  return system('ours', child, (script, options) => connectOurs(port, script, options))
}

export async function startFloor(program: string): Promise<System> {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await portOf(child, child.stdout)
  return system('floor', child, (script, options) => connectFloor(port, script, options))
}

export async function startTtyd(program: string): Promise<System> {
  const child = spawn(program, ['-p', '0', '-i', 'lo', '-W', '-a', '/bin/sh'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await portOf(child, child.stderr)
  return system('ttyd', child, (script, options) => connectTtyd(port, script, options))
}

function portOf(child: ChildProcess, stream: NodeJS.ReadableStream): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', () => reject(new Error(`a server ended at its start: ${text.slice(-200)}`)))
    stream.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-4_000)
      const port = /[Pp]ort:? (\d+)/.exec(text)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

function system(name: System['name'], child: ChildProcess, open: System['open']): System {
  const pid = child.pid ?? 0
  return {
    name,
    pid,
    open,
    cpuMs: () => {
      const threads = readdirSync(`/proc/${pid}/task`)
      return threads.map((thread) => runtimeMs(pid, thread)).reduce((sum, ms) => sum + ms, 0)
    },
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

function runtimeMs(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    // It has ended since it was listed.
    return 0
  }
}
