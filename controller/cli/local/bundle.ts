/** Builds worker and console when they are missing or older than their sources. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import { packagePath } from '../package-path.ts'

const sources = ['contracts', 'worker', 'console', 'skills', 'scripts', 'package-lock.json']
const products = ['dist/worker/app.yaml', 'console/dist/control-room.html']
const notSources = ['node_modules', 'dist', '.vite', 'fixtures']

/** True when something has to be built: a product is missing, or a source is newer than the oldest product. */
export async function isStale(): Promise<boolean> {
  const paths = products.map((product) => packagePath(product))
  if (!paths.every((path) => existsSync(path))) return true
  const built = Math.min(...(await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))))
  const newest = await Promise.all(sources.map((source) => newestChange(packagePath(source))))
  return Math.max(...newest) > built
}

/** Runs scripts/bundle.ts. Throws WO-9005 with its last words when it fails. */
export async function build(signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [packagePath('scripts', 'bundle.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  if (code === 0 || signal.aborted) return
  const lastLine = said.trim().split('\n').at(-1) ?? ''
  throw new WorkshopError({
    code: 'WO-9005',
    message: `the worker could not be built: ${lastLine}`,
    where: 'scripts/bundle.ts',
    fix: 'run npm ci, then npm run bundle, which shows everything it says',
  })
}

/** Newest modification below a path, in epoch ms; tests do not count. */
async function newestChange(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.mtimeMs
  const entries = (await readdir(path)).filter((name) => !notSources.includes(name) && !name.endsWith('.test.ts'))
  const times = await Promise.all(entries.map((name) => newestChange(join(path, name))))
  return Math.max(0, ...times)
}
