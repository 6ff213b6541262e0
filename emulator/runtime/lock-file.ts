/** A lock between processes of one machine: a file that names its holder and is ignored when the holder is dead. */

import { open, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 300

/**
 * Waits until the lock is ours; dispose to let it go.
 * @throws the signal's reason when it fires first
 */
export async function heldLock(path: string, signal: AbortSignal, onWait: () => void): Promise<AsyncDisposable> {
  while (!(await take(path))) {
    onWait()
    await sleep(pollMs, undefined, { signal })
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'))
    // An empty file is one whose holder is about to write; only a dead holder's lock is taken away.
    if (holder > 0 && !lives(holder)) await rm(path, { force: true })
    return false
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
