/** Who has a terminal's keyboard: the foreground process group, read from /proc because node-pty does not tell it. */
import { readFileSync } from 'node:fs'
import { errorCode } from './error-code.ts'

/** Sends a signal to the foreground group of the terminal that process `leader` leads; nothing when it is gone. */
export function signalForeground(leader: number, signal: NodeJS.Signals): void {
  try {
    const group = foregroundGroup(readFileSync(`/proc/${leader}/stat`, 'latin1'))
    if (group > 1) process.kill(-group, signal)
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error
  }
}

/** `tpgid` of a `/proc/<pid>/stat` line: the sixth field after the name, which may hold spaces and brackets. */
export function foregroundGroup(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5])
}
