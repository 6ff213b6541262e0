/** One running app: a direct child in its own process group, so that its peer on a proxied socket is its parent. */

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeploymentError } from './app-config.ts'
import { type LogRing, lineSplitter } from './log-ring.ts'
import { listens } from './ports.ts'
import { endFamily, endOrphans } from './process-family.ts'

export interface AppProcessOptions {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly port: number
  readonly logs: LogRing
  readonly startTimeoutMs: number
  readonly stopGraceMs: number
  readonly signal: AbortSignal
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  readonly lastLines: readonly string[]
}

export interface AppProcess {
  readonly pid: number
  /** Resolves when the process ends, whoever ended it, after everything it left behind is gone too. */
  readonly ended: Promise<Exit>
  readonly stop: () => Promise<void>
}

/**
 * Starts the process and waits until it listens.
 * @throws DeploymentError when it ends first, does not listen in time or is cancelled; nothing of it is left then
 */
export async function startApp(options: AppProcessOptions): Promise<AppProcess> {
  const app = await spawnApp(options)
  const waiting = new AbortController()
  const timeout = AbortSignal.timeout(options.startTimeoutMs)
  const signal = AbortSignal.any([waiting.signal, timeout, options.signal])
  const first = await Promise.race([listens(options.port, signal), app.ended])
  waiting.abort()
  if (first === true) return app
  if (first !== false) throw new DeploymentError(`App crashed before it listened on its port: ${describeExit(first)}`)
  await app.stop()
  if (options.signal.aborted) throw new DeploymentError('The deployment was cancelled')
  const seconds = Math.round(options.startTimeoutMs / 1000)
  throw new DeploymentError(`App did not listen on port ${options.port} (DATABRICKS_APP_PORT) within ${seconds} s`)
}

/** `exit code 1: the last lines | of its output` */
export function describeExit(exit: Exit): string {
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
  return exit.lastLines.length === 0 ? how : `${how}: ${exit.lastLines.slice(-5).join(' | ').slice(-800)}`
}

function spawnApp(options: AppProcessOptions): Promise<AppProcess> {
  const [file = '', ...args] = options.command
  const { cwd, env } = options
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    child.once('error', (error) => reject(new DeploymentError(`${file} cannot be started: ${error.message}`)))
    child.once('spawn', () => {
      const pid = child.pid as number
      const lastLines = keepLines(child, options.logs)
      let stopping: Promise<void> | undefined
      const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
      const ended = exitOf(child).then(async ({ code, signal }) => {
        // A stop gives the rest of the group its grace; after a crash there is nothing to wait for.
        await (stopping ?? endOrphans(pid, cwd))
        // What is still in the pipes; a process that could not be found may hold them open.
        await Promise.race([closed, sleep(1000)])
        return { code, signal, lastLines }
      })
      const stop = async () => {
        stopping ??= endFamily(pid, cwd, options.stopGraceMs)
        await stopping
        await ended
      }
      resolve({ pid, ended, stop })
    })
  })
}

/** Sends output to the log; the returned list always holds the last 20 lines. */
function keepLines(child: ChildProcess, logs: LogRing): readonly string[] {
  const lastLines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    const sink = lineSplitter((line) => {
      lastLines.push(line)
      if (lastLines.length > 20) lastLines.shift()
      logs.add('APP', line)
    })
    stream?.setEncoding('utf8').on('data', sink)
    stream?.on('close', () => sink(undefined))
  }
  return lastLines
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}
