/**
 * Runs apps as the platform does: install, build, start, watch, stop. One app is one process group on this machine.
 * Steps and their order are those of the Databricks Apps documentation.
 */

import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AppHost, AppLaunch, RunningApp } from '../app-host.ts'
import { appEnvironment, buildEnvironment } from './app-environment.ts'
import { type AppProcess, startApp } from './app-process.ts'
import { runBuildStep } from './build-step.ts'
import { InstallCache, reportInstallSize } from './install-cache.ts'
import { type LogLine, LogRing, lineSplitter } from './log-ring.ts'
import { freePort } from './ports.ts'
import { prepareApp } from './prepare-app.ts'

export interface AppHostOptions {
  /** Where finished installs are kept. Default: `$XDG_CACHE_HOME/workshop-operator/installs`. */
  readonly cacheDir?: string
  /** Milliseconds since the epoch, for log lines. */
  readonly now?: () => number
  /** The npm program; looked for in PATH by default. */
  readonly npm?: string
  /** The Node that runs npm and apps; must be 22.16 or newer. */
  readonly node?: string
  /** The variables of the machine: PATH, HOME and npm's settings are taken for installs, nothing for apps. */
  readonly machine?: Readonly<Record<string, string | undefined>>
  /** How long an app may go on after SIGTERM. The platform gives 15 s. */
  readonly stopGraceMs?: number
  /** How long an app may take until it listens. The platform gives 10 min. */
  readonly startTimeoutMs?: number
}

/** The app host plus what the log page needs. */
export interface LocalAppHost extends AppHost {
  /** Calls back for every new log line of an app until the returned function is called. */
  readonly followLogs: (app: string, follower: (line: LogLine) => void) => () => void
  /** Drops an app's log, as the platform does when compute stops. */
  readonly forgetLogs: (app: string) => void
}

export function createAppHost(options: AppHostOptions = {}): LocalAppHost {
  const machine = options.machine ?? process.env
  const node = options.node ?? process.execPath
  const npm = options.npm ?? 'npm'
  const now = options.now ?? Date.now
  const env = buildEnvironment(machine, node)
  const logs = new Map<string, LogRing>()
  const ports = new Set<number>()
  const stops = new Map<AppProcess, () => Promise<void>>()
  const closing = new AbortController()

  const cache = new InstallCache({
    folder:
      options.cacheDir ?? join(machine['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'workshop-operator/installs'),
    install: (folder, report, signal) => npmInstall({ npm, env, folder, report, signal, output: () => undefined }),
  })

  const logOf = (app: string) => {
    const ring = logs.get(app) ?? new LogRing(now)
    logs.set(app, ring)
    return ring
  }

  const launch = async (request: AppLaunch): Promise<RunningApp> => {
    const log = logOf(request.app)
    const signal = request.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, request.signal])
    const progress = (message: string) => {
      log.add('SYSTEM', message)
      request.onProgress(message)
    }
    const port = await freePort(ports)
    ports.add(port)
    try {
      const home = join(request.sourceDir, '.home')
      await mkdir(home, { recursive: true })
      const start = await prepareApp({
        request,
        signal,
        progress,
        buildEnv: env,
        npm,
        install: {
          shared: (report) => cache.provide(request.sourceDir, report, signal),
          inPlace: (report) =>
            npmInstall({ npm, env, folder: request.sourceDir, report, signal, output: outputTo(log) }),
        },
        environment: (firstPaths, variables) =>
          appEnvironment({ port, home, firstPaths, node }, request.platformEnv, variables),
        output: outputTo(log),
      })
      await request.beforeStart?.()
      progress('Starting app')
      const app = await startApp({
        ...start,
        cwd: request.sourceDir,
        port,
        logs: log,
        signal,
        startTimeoutMs: options.startTimeoutMs ?? 600_000,
        stopGraceMs: options.stopGraceMs ?? 15_000,
      })
      log.add('SYSTEM', 'App started successfully')
      return track(app, port, request)
    } catch (error) {
      ports.delete(port)
      log.add('SYSTEM', (error as Error).message)
      throw error
    }
  }

  const track = (app: AppProcess, port: number, request: AppLaunch): RunningApp => {
    let asked = false
    void app.ended.then((exit) => {
      stops.delete(app)
      ports.delete(port)
      if (!asked) request.onExit(exit)
    })
    const stop = () => {
      asked = true
      return app.stop()
    }
    stops.set(app, stop)
    return { pid: app.pid, port, stop }
  }
  return {
    launch,
    logs: (app) => logs.get(app)?.lines ?? [],
    followLogs: (app, follower) => logOf(app).follow(follower),
    forgetLogs: (app) => logs.get(app)?.clear(),
    close: async () => {
      closing.abort()
      await Promise.all([cache.close(), ...[...stops.values()].map((stop) => stop())])
    },
  }
}

function outputTo(log: LogRing): (chunk: string | undefined) => void {
  return lineSplitter((line) => log.add('SYSTEM', line))
}

interface NpmInstall {
  readonly npm: string
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly report: (words: string) => void
  readonly output: (chunk: string | undefined) => void
  readonly signal: AbortSignal
}

async function npmInstall({ npm, env, folder, report, output, signal }: NpmInstall): Promise<void> {
  const finished = new AbortController()
  const reporting = reportInstallSize(join(folder, 'node_modules'), report, finished.signal)
  try {
    const command = [npm, 'install', '--no-audit', '--no-fund', '--no-progress']
    await runBuildStep({ title: 'npm install', command, cwd: folder, env, output, signal })
  } finally {
    finished.abort()
    await reporting
  }
}
