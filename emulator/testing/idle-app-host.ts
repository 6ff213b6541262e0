/** An app host for tests: apps that run nowhere and listen on nothing. It remembers what it was asked to run. */
import type { AppHost, AppLaunch, RunningApp } from '../app-host.ts'

/** One pretended process. */
export interface IdleApp extends RunningApp {
  readonly launch: AppLaunch
  /** Ends it as if it had crashed. */
  readonly crash: (code: number) => void
}

export interface IdleAppHost extends AppHost {
  /** Every launch so far, oldest first. */
  readonly launches: readonly AppLaunch[]
  readonly running: ReadonlyMap<string, IdleApp>
  /** Ids of the deployments that were stopped on request. */
  readonly stopped: readonly string[]
  /** The next launches of this app fail with the message; undefined ends that. */
  failWith: (app: string, message: string | undefined) => void
}

export function idleAppHost(): IdleAppHost {
  const launches: AppLaunch[] = []
  const running = new Map<string, IdleApp>()
  const stopped: string[] = []
  const failures = new Map<string, string>()
  let nextPort = 40_000
  return {
    launches,
    running,
    stopped,
    failWith: (app, message) => (message === undefined ? failures.delete(app) : failures.set(app, message)),
    launch: async (launch) => {
      launches.push(launch)
      launch.onProgress('Starting app')
      const failure = failures.get(launch.app)
      if (failure !== undefined) throw new Error(failure)
      await launch.beforeStart?.()
      const forget = () => {
        if (running.get(launch.app) === app) running.delete(launch.app)
      }
      const app: IdleApp = {
        pid: 0,
        port: nextPort++,
        launch,
        stop: async () => {
          stopped.push(launch.deploymentId)
          forget()
        },
        crash: (code) => {
          forget()
          launch.onExit({ code, signal: null, lastLines: ['out of luck'] })
        },
      }
      running.set(launch.app, app)
      return app
    },
    logs: () => [],
    close: async () => running.clear(),
  }
}
