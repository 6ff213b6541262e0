import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { endProcesses, sessionMark } from './end-processes.ts'
import { family, parseStat } from './process-tree.ts'

const row = (pid: number, parent: number, leader: number, session = '') => ({
  pid,
  parent,
  leader,
  name: 'x',
  session,
})

describe('the family of a session', () => {
  it.for([
    ['descendants, in any order of the table', [row(12, 11, 12), row(11, 10, 10), row(10, 1, 10)], [12, 11, 10]],
    ['those of its terminal that lost their parent', [row(10, 1, 10), row(13, 1, 10)], [10, 13]],
    [
      'those that left the terminal and their parent',
      [row(10, 1, 10), row(14, 1, 14, 'mine'), row(15, 14, 15)],
      [10, 14, 15],
    ],
    ['nobody else', [row(10, 1, 10), row(20, 1, 20, 'other'), row(21, 20, 20)], [10]],
    ['those left after the first one went', [row(11, 1, 10)], [11]],
  ] as const)('has %s', ([, rows, pids]) => {
    expect(family(rows, 'mine', 10).map(({ pid }) => pid)).toEqual(pids)
  })

  it('is read from lines whose names hold anything', () => {
    expect(parseStat('42 (a) b (c)) S 7 8 9 0')).toEqual({ pid: 42, name: 'a) b (c)', parent: 7, leader: 9 })
    expect(parseStat('42 (gone) Z 7 8 9 0')).toBeUndefined()
  })
})

const isGone = (pid: number) => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

describe.runIf(process.platform === 'linux')('ending real processes', () => {
  it('reaches those that ignore SIGHUP, and those that left by setsid', async () => {
    const script = `trap '' HUP; (setsid sleep 60 & echo $!); sleep 60 & echo $!; wait`
    const child = spawn('/bin/sh', ['-c', script], {
      detached: true,
      env: { PATH: '/usr/bin:/bin', [sessionMark]: 'test-session' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let text = ''
    while (text.split('\n').length < 3) text += String((await once(child.stdout, 'data'))[0])
    const pids = [...text.trim().split('\n').map(Number), child.pid ?? 0]
    expect(pids.map(isGone)).toEqual([false, false, false])
    expect(await endProcesses('test-session', child.pid ?? 0, 100)).toBe(true)
    expect(pids.map(isGone)).toEqual([true, true, true])
  })

  it('gives a program the time to save', async () => {
    const child = spawn(
      '/bin/sh',
      ['-c', `trap 'sleep 0.2; echo saved; exit 0' HUP; echo up; while :; do sleep 0.05; done`],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(child)
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
    })
    await once(child.stdout, 'data')
    const closed = once(child, 'close')
    expect(await endProcesses('none', child.pid ?? 0, 5_000)).toBe(true)
    await closed
    expect(text).toContain('saved')
  })
})
