/** Runs hub or worker as a real process, child of the test, which thereby is its proxy. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { startWorkspaceStub, stubCredentials } from './fleet/workspace-stub.fixture.ts'

/** What to run, as `node file`, and where. */
export interface ProgramRun {
  readonly node: string
  readonly file: string
  readonly cwd: string
  readonly appName: string
  readonly fleet: () => FleetFile
  /** Home of an earlier run that crashed; a new one without. */
  readonly home?: string
}

/** Started and listening, with the roster in hand. `call` speaks as the proxy for `email`. */
export async function runProgram({ node, file, cwd, appName, fleet, home: earlier }: ProgramRun) {
  const home = earlier ?? (await mkdtemp(join(tmpdir(), 'program-')))
  const stub = await startWorkspaceStub(fleet)
  const child = spawn(node, [file], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      DATABRICKS_APP_NAME: appName,
      DATABRICKS_APP_PORT: '0',
      DATABRICKS_HOST: stub.url,
      DATABRICKS_CLIENT_ID: stubCredentials.clientId,
      DATABRICKS_CLIENT_SECRET: stubCredentials.clientSecret,
      WORKSHOP_FLEET_FILE: stubCredentials.path,
      CLAUDE_API_TOKEN: 'the-model-token',
    },
  })
  const output = collect(child)
  const port = Number(await output.find(/"port":(\d+)/))
  await output.find(/fleet file (taken)/)
  const member = [fleet().hub, ...fleet().workers].find(({ name }) => name === appName)
  const origin = member?.url ?? ''
  const headersOf = (email: string) => ({
    'x-forwarded-host': new URL(origin).host,
    'x-forwarded-email': email,
    'x-forwarded-user': email,
  })
  return {
    ...{ child, home, origin, port, headersOf },
    output: () => output.text(),
    call: (email: string, path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        redirect: 'manual',
        ...init,
        headers: {
          ...headersOf(email),
          ...(init.method === undefined ? { accept: 'text/html' } : { origin, 'content-type': 'application/json' }),
        },
      }),
    /** Kills the process and leaves everything as it lies. */
    crash: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
      stub.close()
    },
    /** Ends the process with `signal`; its exit code and how long it took, in ms. */
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      const start = performance.now()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal)
        await once(child, 'exit')
      }
      stub.close()
      // A program of a session may still be leaving its last files.
      await rm(home, { recursive: true, force: true, maxRetries: 10 })
      return { code: child.exitCode, ms: performance.now() - start }
    },
  }
}

function collect(child: ChildProcess) {
  let text = ''
  const waiting = new Set<() => void>()
  const take = (chunk: unknown) => {
    text += String(chunk)
    for (const look of waiting) look()
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  return {
    text: () => text,
    /** The first group of the first match, once it was printed. */
    find: (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text)?.[1]
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        child.once('exit', (code) => reject(new Error(`the program ended with ${code}:\n${text}`)))
        look()
      }),
  }
}
