/** Ends all processes of a session and sees that they are gone. Linux: reads /proc. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { family, type ProcessRow, parseStat, politelyEnded } from './process-tree.ts'

/** Environment variable that every process of a session inherits. */
export const sessionMark = 'WORKSHOP_SESSION'

/** How often we look whether they are gone, and how long after SIGKILL we go on (the kernel may be busy freeing memory). */
const lookEveryMs = 50
const killPatienceMs = 3_000
/** Reading the table takes milliseconds; sessions that end together share a reading of at most this age. */
const freshMs = 30

/**
 * SIGHUP, then SIGKILL once `graceMs` have passed, until no process is left. False when some would not go.
 * @param first process id of the session's first program
 */
export async function endProcesses(sessionId: string, first: number, graceMs: number): Promise<boolean> {
  const start = performance.now()
  const members = () => family(processTable(start), sessionId, first)
  // All that are asked for in this turn begin with one reading.
  await delay(0)
  if (graceMs > 0) for (const { pid } of politelyEnded(members())) signal(pid, 'SIGHUP', 'SIGCONT')
  for (;;) {
    const left = members()
    const waited = performance.now() - start
    if (left.length === 0) return true
    if (waited > graceMs + killPatienceMs) return false
    if (waited >= graceMs) for (const { pid } of left) signal(pid, 'SIGKILL')
    await delay(lookEveryMs)
  }
}

let table: { readonly rows: readonly ProcessRow[]; readonly at: number } = { rows: [], at: Number.NEGATIVE_INFINITY }

/** A reading from before `since` may lack what has started in the meantime, so it proves nothing. */
function processTable(since: number): readonly ProcessRow[] {
  if (table.at < since || performance.now() - table.at > freshMs) table = { rows: readTable(), at: performance.now() }
  return table.rows
}

function readTable(): readonly ProcessRow[] {
  const prefix = `${sessionMark}=`
  return readdirSync('/proc').flatMap((name) => {
    const row = /^\d+$/.test(name) && Number(name) !== process.pid ? parseStat(read(`/proc/${name}/stat`)) : undefined
    if (!row) return []
    const mark = read(`/proc/${name}/environ`)
      .split('\0')
      .find((variable) => variable.startsWith(prefix))
    return [{ ...row, session: mark?.slice(prefix.length) ?? '' }]
  })
}

/** Processes end while we read, and those of other users keep their environment to themselves. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function signal(pid: number, ...signals: readonly NodeJS.Signals[]): void {
  for (const name of signals) {
    try {
      process.kill(pid, name)
    } catch {
      // It went before the signal came.
    }
  }
}
