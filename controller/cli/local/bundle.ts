/** Builds worker and console when they are missing or older than their sources. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
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

/** Of what the build says; its first error may be far from its end. */
const keptCharacters = 32_000

/** Runs scripts/bundle.ts. Throws WO-9005 with what it said of the error when it fails. */
export async function build(signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [packagePath('scripts', 'bundle.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptCharacters)
    })
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  if (code === 0 || signal.aborted) return
  throw new WorkshopError({
    code: 'WO-9005',
    message: `the worker could not be built: ${usefulPart(said)}`,
    where: 'scripts/bundle.ts',
    fix: 'run npm ci, then npm run bundle, which shows everything it says',
  })
}

/** Lines that say what went wrong; a stack and a count of errors after it say nothing to whoever reads them first. */
const telling = /error|cannot|could not|not found|failed|missing|ENO|EACC|✗|✘/i
const stackLine = /^\s*at |^\s*$|^Node\.js v/
/** What one screen takes beside the rest of the message. */
const shownLines = 8

/**
 * Of what a failed build said: from the first line that tells of an error, without stacks, at most eight lines. Where none
 * tells, the last ones. Pure.
 */
export function usefulPart(said: string): string {
  const lines = stripVTControlCharacters(said)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !stackLine.test(line))
  const first = lines.findIndex((line) => telling.test(line))
  const shown = first < 0 ? lines.slice(-shownLines) : lines.slice(first, first + shownLines)
  return shown.join('\n')
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
