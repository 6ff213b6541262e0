/** A temp folder of its own for one run of the suites, and what is still there afterwards: files and processes. */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Left by npm and Node themselves, on purpose and for the next run. */
const notOurs = ['node-compile-cache', 'v8-compile-cache']

/** A new empty folder to hand to the suites as TMPDIR. */
export function ownTempFolder(): string {
  return mkdtempSync(join(tmpdir(), 'workshop-tests-'))
}

/** One line for each file or process that a run has left behind, then removes the folder. Linux only for processes. */
export function leftovers(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => !notOurs.includes(name))
  const found = [...processesOf(folder), ...files.map((name) => `temp folder ${name}`)]
  rmSync(folder, { recursive: true, force: true })
  return found
}

/** Processes that name the folder in their words, environment or working directory. */
function processesOf(folder: string): readonly string[] {
  const pids = procEntries('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids
    .filter(
      (pid) =>
        ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(folder)) ||
        link(`/proc/${pid}/cwd`).startsWith(folder),
    )
    .map((pid) => `process ${pid} ${read(`/proc/${pid}/cmdline`).split('\0').join(' ').slice(0, 160)}`)
}

function procEntries(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
