/** The processes of this machine, read from /proc: to show that a run left none behind. */
import { readdirSync, readFileSync } from 'node:fs'

export interface RunningProcess {
  readonly pid: number
  readonly parent: number
  /** Clock ticks since boot; with the pid it names one process for good. */
  readonly startedAt: string
  /** Program and arguments. */
  readonly line: string
  readonly environment: string
}

/** Everything that runs; zombies, which only wait to be counted, are left out. */
export function runningProcesses(): readonly RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = read(pid, 'stat')
      // The name, in parentheses, may hold anything; fields are counted from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const [state = 'Z', parent = '0'] = fields
      if (stat === '' || state === 'Z') return []
      const line = read(pid, 'cmdline').replaceAll('\0', ' ').trim()
      const process = { pid: Number(pid), parent: Number(parent), startedAt: fields[19] ?? '', line }
      return [{ ...process, environment: read(pid, 'environ') }]
    })
}

/** The given processes and all that they started, as far as parents still live. */
export function withDescendants(
  roots: readonly RunningProcess[],
  all: readonly RunningProcess[],
): readonly RunningProcess[] {
  const found = new Map(roots.map((root) => [root.pid, root]))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const each of all) if (found.has(each.parent)) found.set(each.pid, each)
  }
  return [...found.values()]
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
