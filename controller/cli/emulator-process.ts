/** Runs the emulator as a child process. Programs never import one another; this one is spoken to by flags and HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { WorkshopError } from '@workshop/contracts/errors'
import { packagePath } from './package-path.ts'

export interface EmulatorFlags {
  readonly port: number
  readonly token: string
  readonly profile: 'instant' | 'realistic'
  /** How the caller's option for the port is called, for messages. */
  readonly portOption: string
  /** A service principal with admin rights. */
  readonly adminClient?: { readonly id: string; readonly secret: string }
  readonly adminEmail?: string
  /** Folder for deployed sources. */
  readonly stateDir?: string
}

export interface EmulatorProcess {
  readonly url: string
  readonly pid: number
  /** Resolves when the process is gone, whatever the reason. */
  readonly ended: Promise<{ readonly code: number | null; readonly lastLines: readonly string[] }>
  /** SIGTERM, then SIGKILL after `patienceMs`. Resolves when it is gone. */
  readonly stop: (patienceMs?: number) => Promise<void>
}

/** Apps have 15 s to end after SIGTERM (the platform's promise); the emulator waits for them. */
const stopPatienceMs = 18_000
/** Lines of its standard error that are kept for the message when it dies. */
const keptLines = 20

/** Starts it and waits until it listens. Throws WO-9002 when the port is taken and WO-9005 when it cannot be started. */
export async function startEmulator(flags: EmulatorFlags): Promise<EmulatorProcess> {
  // The IPC channel ties its life to ours: it ends when we do, however we end.
  const child = spawn(process.execPath, [packagePath('emulator', 'main.ts'), ...argumentsOf(flags)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...secretsOf(flags) },
    // An own group: the terminal's Ctrl-C reaches us alone, and we take it down in order.
    detached: true,
  })
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new TypeError('the child was started with pipes')
  const lastLines: string[] = []
  createInterface({ input: stderr }).on('line', (line) => {
    lastLines.push(line)
    if (lastLines.length > keptLines) lastLines.shift()
  })
  const ended = new Promise<{ code: number | null; lastLines: readonly string[] }>((resolve) => {
    child.once('error', () => resolve({ code: null, lastLines }))
    child.once('close', (code) => resolve({ code, lastLines }))
  })
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve((JSON.parse(line) as { url: string }).url)
    })
  })
  const url = await Promise.race([ready, ended])
  if (typeof url !== 'string') throw cannotStart(flags, url.lastLines)
  return { url, pid: child.pid ?? 0, ended, stop: (patienceMs = stopPatienceMs) => stop(child, ended, patienceMs) }
}

/** By environment: everybody on the machine can read command lines. */
function secretsOf({ token, adminClient }: EmulatorFlags): Record<string, string> {
  return {
    EMULATOR_TOKEN: token,
    ...(adminClient ? { EMULATOR_ADMIN_CLIENT: `${adminClient.id}:${adminClient.secret}` } : {}),
  }
}

function argumentsOf(flags: EmulatorFlags): readonly string[] {
  return [
    ...['--port', String(flags.port), '--profile', flags.profile, '--exit-with-parent'],
    ...(flags.adminEmail ? ['--admin-email', flags.adminEmail] : []),
    ...(flags.stateDir ? ['--state-dir', flags.stateDir] : []),
  ]
}

async function stop(child: ChildProcess, ended: Promise<unknown>, patienceMs: number): Promise<void> {
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(killer)
}

function cannotStart(flags: EmulatorFlags, lastLines: readonly string[]): WorkshopError {
  const said = lastLines.join('\n')
  if (/EADDRINUSE|port is taken/.test(said)) return portTaken(flags.port, flags.portOption)
  const message = `the emulator ended before it was ready: ${lastLines.at(-1) ?? 'it said nothing'}`
  return new WorkshopError({ code: 'WO-9005', message, fix: 'run npm ci, then try again' })
}

/** WO-9002 that names the option. */
export function portTaken(port: number, option: string): WorkshopError {
  return new WorkshopError({
    code: 'WO-9002',
    message: `port ${port} of 127.0.0.1 is taken`,
    fix: `choose another with ${option}, or stop the program that holds it`,
  })
}
