/**
 * Which processes belong to a session: everything its program started, also what tried to get away (setsid, double
 * fork), found by descent, by terminal session and by a mark in the environment. Pure (end-processes.ts reads the table).
 */

/** One line of the process table. */
export interface ProcessRow {
  readonly pid: number
  readonly parent: number
  /** Leader of the terminal session that it is in. */
  readonly leader: number
  readonly name: string
  /** The session whose mark is in its environment; empty when there is none. */
  readonly session: string
}

/** The members of a session's family, in the order of the table. `first` is (or was) the process id of its program. */
export function family(rows: readonly ProcessRow[], id: string, first: number): readonly ProcessRow[] {
  const isCore = ({ pid, leader, session }: ProcessRow) => pid === first || leader === first || session === id
  const members = new Set(rows.filter(isCore).map(({ pid }) => pid))
  let before = -1
  while (members.size !== before) {
    before = members.size
    for (const { pid, parent } of rows) if (members.has(parent)) members.add(pid)
  }
  return rows.filter(({ pid }) => members.has(pid))
}

/**
 * Whom to ask politely. Walls are left standing: bubblewrap takes everything inside with it when it goes, without
 * giving an agent the time to save; it ends by itself once its program has.
 */
export function politelyEnded(members: readonly ProcessRow[]): readonly ProcessRow[] {
  return members.filter(({ name }) => name !== 'bwrap')
}

/** Reads `pid (name) state ppid pgrp session …` of /proc/<pid>/stat; the name may hold spaces and brackets. */
export function parseStat(stat: string): Omit<ProcessRow, 'session'> | undefined {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  if (open < 0 || close < open) return undefined
  const [state, parent, , leader] = stat.slice(close + 2).split(' ')
  if (state === 'Z' || state === 'X') return undefined
  return {
    pid: Number.parseInt(stat, 10),
    name: stat.slice(open + 1, close),
    parent: Number(parent),
    leader: Number(leader),
  }
}
