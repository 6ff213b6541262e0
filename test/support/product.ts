/** Starts the product as a newcomer does (`npm start -- …`), waits for its ready file and takes it down again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../emulator/runtime/ports.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Product {
  readonly workshopUrl: string
  readonly controlRoomUrl: string
  readonly emulatorUrl: string
  readonly operatorToken: string
  readonly folder: string
  /** Everything printed so far. */
  readonly output: () => string
  /**
   * SIGINT as Ctrl-C sends it, to the whole process group; resolves with the exit code as a shell reports it. The program
   * itself ends with 0; npm and its shell, which the signal meets as well, may make that 130.
   */
  readonly stop: () => Promise<number>
}

/** Free ports; another program may still win the race, then starting fails with WO-9002. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) found.add(await freePort(found))
  return [...found]
}

/** Processes of a process group that still run (zombies left out). */
export function processesOf(group: number): readonly number[] {
  try {
    process.kill(-group, 0)
    return [group]
  } catch {
    return []
  }
}

/** `npm start` with free ports. Throws with the output when it does not get ready within `timeoutMs`. `env` is added. */
export async function startProduct(
  spec: string,
  args: readonly string[] = [],
  timeoutMs = 240_000,
  env: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'workshop-e2e-'))
  const readyFile = join(folder, 'ready.json')
  const [port, control] = await freePorts(2)
  const child = spawn(
    'npm',
    [
      'start',
      '--silent',
      '--',
      spec,
      '--ready-file',
      readyFile,
      '--port',
      String(port),
      '--control-port',
      String(control),
      ...args,
    ],
    { cwd: repository, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  )
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const closed = new Promise<number>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))),
  )
  const until = Date.now() + timeoutMs
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || Date.now() > until) {
      endGroup(child)
      throw new Error(`npm start did not get ready:\n${printed}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    ...JSON.parse(readFileSync(readyFile, 'utf8')),
    folder,
    output: () => printed,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT')
      const code = await closed
      rmSync(folder, { recursive: true, force: true })
      return code
    },
  }
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {}
}
