/** From `npm start` to a prompt in the browser's terminal, and what controller, hub and worker weigh then. */
import { readdirSync, readFileSync } from 'node:fs'
import { Participant } from '../support/participant.ts'
import { startProduct } from '../support/product.ts'
import { type Figure, figure } from './figure.ts'

/** The issue promises "within a minute"; the agent's first download, which is not ours, is not counted. */
const minuteGoal = { on: 'ours', at: 'most', value: 60 } as const

export async function measure(): Promise<readonly Figure[]> {
  const warm = await startProduct('examples/first.workshop.yaml')
  await warm.stop()

  const begun = performance.now()
  const product = await startProduct('examples/first.workshop.yaml')
  try {
    const readyS = (performance.now() - begun) / 1000
    const ada = new Participant('ada@example.com')
    const worker = await ada.enter(product.workshopUrl)
    const session = await ada.newSession(worker, { agent: 'claude', cols: 100, rows: 30 })
    const terminal = await ada.terminal(worker, session.id)
    await terminal.see(/❯|> /)
    const promptS = (performance.now() - begun) / 1000
    await terminal.close()
    const memory = memoryByProgram()
    return [
      figure('npm start to both addresses ready', 's', readyS, null, minuteGoal),
      figure('npm start to the first Claude Code prompt', 's', promptS, null, minuteGoal),
      figure('memory of the controller', 'MB', memory.controller, null, { on: 'ours', at: 'most', value: 250 }),
      figure('memory of the hub', 'MB', memory.hub, null, { on: 'ours', at: 'most', value: 150 }),
      figure('memory of a worker with one session', 'MB', memory.worker, null, { on: 'ours', at: 'most', value: 200 }),
    ]
  } finally {
    await product.stop()
  }
}

/** Resident memory in MB, found by what the processes run; the largest where there are several. */
function memoryByProgram(): { readonly controller: number; readonly hub: number; readonly worker: number } {
  const found = { controller: 0, hub: 0, worker: 0 }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const kind = kindOf(pid)
    if (kind) found[kind] = Math.max(found[kind], residentMb(pid))
  }
  return found
}

function kindOf(pid: string): 'controller' | 'hub' | 'worker' | undefined {
  const [program = '', ...args] = readProc(pid, 'cmdline').split('\0')
  if (!/(^|\/)node$/.test(program)) return undefined
  const line = args.join(' ')
  if (/controller\/cli\/main\.ts local/.test(line)) return 'controller'
  if (!/server\.js/.test(line)) return undefined
  return /DATABRICKS_APP_NAME=[^\0]*-hub\0/.test(readProc(pid, 'environ')) ? 'hub' : 'worker'
}

function residentMb(pid: string): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readProc(pid, 'status'))?.[1] ?? 0) / 1024
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
