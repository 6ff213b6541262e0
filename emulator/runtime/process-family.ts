/**
 * Finds and ends every process that an app has started, also those that left its process group.
 * The platform throws the whole container away; on a developer's machine /proc is what there is to do the same.
 * Without /proc (macOS) only the process group is known.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** One row of the process table. `startTime` (clock ticks since boot) tells a process from a later one of the same id. */
export interface ProcessRow {
  readonly pid: number
  readonly ppid: number
  readonly pgrp: number
  readonly session: number
  readonly startTime: string
}

/** Reads one line of /proc/PID/stat; undefined for zombies, which hold nothing any more. */
export function parseStat(text: string): ProcessRow | undefined {
  // The name is in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, ppid, pgrp, session] = fields
  const startTime = fields[19]
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') return undefined
  return { pid: Number.parseInt(text, 10), ppid: Number(ppid), pgrp: Number(pgrp), session: Number(session), startTime }
}

/** Descendants of `root` plus everything in its group or session, `root` included. */
export function familyOf(rows: readonly ProcessRow[], root: number): ProcessRow[] {
  const inside = new Set<number>([root])
  for (const row of rows) if (row.pgrp === root || row.session === root) inside.add(row.pid)
  for (let grown = true; grown; ) {
    grown = false
    for (const row of rows) {
      if (inside.has(row.ppid) && !inside.has(row.pid)) {
        inside.add(row.pid)
        grown = true
      }
    }
  }
  return rows.filter((row) => inside.has(row.pid))
}

/** The process table now; empty where there is no /proc. */
export function readProcesses(): ProcessRow[] {
  return processIds().flatMap((pid) => readRow(pid) ?? [])
}

/**
 * Sends SIGTERM to the group of `pid`, SIGKILL after `graceMs`, and SIGKILL to whatever of the app lives outside the
 * group once the group is empty. Daemons that were forked twice are known by `home`: a folder of the app that
 * their environment still names. Resolves when nothing is left.
 */
export async function endFamily(pid: number, home: string, graceMs: number): Promise<void> {
  const known = new Map<string, ProcessRow>()
  const remember = (rows: readonly ProcessRow[]) => {
    for (const row of rows) known.set(`${row.pid} ${row.startTime}`, row)
  }
  remember(familyOf(readProcesses(), pid))
  signalGroup(pid, 'SIGTERM')
  const deadline = performance.now() + graceMs
  for (let pauseMs = 10; groupLives(pid); pauseMs = Math.min(pauseMs * 2, 200)) {
    if (performance.now() >= deadline) signalGroup(pid, 'SIGKILL')
    await sleep(pauseMs)
    remember(familyOf(readProcesses(), pid))
  }
  await endStrays(() => {
    remember(processesNaming(home))
    return [...known.values()]
  })
}

/** Ends, without grace, what an app that has died by itself left behind. */
export async function endOrphans(pid: number, home: string): Promise<void> {
  signalGroup(pid, 'SIGKILL')
  await endStrays(() => [...familyOf(readProcesses(), pid), ...processesNaming(home)])
}

async function endStrays(strays: () => readonly ProcessRow[]): Promise<void> {
  // SIGKILL cannot be refused; 200 rounds are for processes stuck in the kernel, which we then leave behind.
  for (let round = 0; round < 200; round += 1) {
    const alive = strays().filter((row) => readRow(row.pid)?.startTime === row.startTime)
    if (alive.length === 0) return
    for (const row of alive) signal(row.pid, 'SIGKILL')
    await sleep(25)
  }
}

function groupLives(group: number): boolean {
  const rows = readProcesses()
  return rows.length > 0 ? rows.some((row) => row.pgrp === group) : signal(-group, 0)
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  signal(-group, name)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return []
  }
}

function readRow(pid: number): ProcessRow | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Processes whose environment names `home`, except in PWD: somebody's own shell may stand in that folder. */
function processesNaming(home: string): ProcessRow[] {
  return processIds().flatMap((pid) => (pid !== process.pid && environmentNames(pid, home) ? (readRow(pid) ?? []) : []))
}

/** True for `NAME=…home…` where `home` ends at a path boundary: /apps/w1 is not in /apps/w10. */
export function namesFolder(entry: string, home: string): boolean {
  if (/^(OLD)?PWD=/.test(entry)) return false
  const at = entry.indexOf(home)
  return at >= 0 && ['/', ':', ''].includes(entry.charAt(at + home.length))
}

function environmentNames(pid: number, home: string): boolean {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return entries.some((entry) => namesFolder(entry, home))
  } catch {
    return false
  }
}
