import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SpawnPty } from './pty.ts'
import { savedSession } from './saved-screen.ts'
import { ScreenLog } from './screen-log.ts'
import { follow, openTerminal, parse, screenState } from './screen-state.ts'
import { Screens } from './screens.ts'
import { TerminalSession } from './session.ts'
import { stillPty } from './still-pty.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'screen-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const saved = () => join(folder, 'screen')
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Runs `script`, resizes half way when asked, and gives the session when it has ended and is saved. */
async function recorded(script: string, resize = false): Promise<TerminalSession> {
  const launch = { file: '/bin/bash', args: ['-c', script], env: { PATH: '/usr/bin:/bin', TERM: 'xterm' }, cwd: '/' }
  const session = new TerminalSession({ id: 's', launch, cols: 80, rows: 24 })
  const log = new ScreenLog(saved(), session, (error) => {
    throw error
  })
  if (resize) {
    await until(() => session.ring.end > 0)
    const hello = { session: 's', client: 'c', inSeq: 0, cols: 60, rows: 20, visible: true, window: 393_216 } as const
    const link = { send: () => {}, queued: () => 0, onDrained: () => {}, close: () => {} }
    session.attach(link, { ...hello, role: 'control' }, 'control')
  }
  await until(() => session.exit !== undefined)
  await until(() => log.saved === session.ring.end)
  await log.settled()
  return session
}

/** What a fresh browser would show. */
async function screenOf(session: TerminalSession) {
  const { bytes, offset, size } = await session.replay()
  const terminal = openTerminal(size.cols, size.rows)
  await parse(terminal, bytes)
  const sizes = session.sizesFrom(offset).filter((frame) => frame.type === 'size')
  const marks = sizes.map((frame) => ({ offset: frame.offset, size: frame }))
  await follow(terminal, session.ring, marks, offset)
  const state = screenState(terminal)
  terminal.dispose()
  return state
}

describe('a screen on disk', () => {
  it.for([
    ['text with colours', 'seq 1 50; printf "\\033[31mred"', false],
    ['a full-screen program', 'printf "\\033[?1049h\\033[2J\\033[5;7Hin the middle\\033[?25l"', false],
    ['a size that changed', 'printf start; sleep 0.5; printf "%s" {1..40}; printf "\\033[3;3Hx"', true],
    ['more output than is kept', 'seq 1 300000; printf "\\033[Htop"', false],
  ] as const)('is the last one that a viewer saw: %s', async ([, script, resize]) => {
    const session = await recorded(script, resize)
    const screens = new Screens()
    const usual = { cols: 80, rows: 24 }
    const back = await savedSession('s', readFileSync(saved()), usual, screens)
    const { cols, rows } = session.info()
    expect(back.info()).toMatchObject({ cols, rows, exit: { signal: 1 } })
    expect(await screenOf(back)).toEqual(await screenOf(session))
    expect(session.info().viewers).toBe(resize ? 1 : 0)
    expect(statSync(saved()).size).toBeLessThan(900_000)
    session.close()
    back.close()
  })

  it('cut anywhere by the crash is shown as far as it goes', async () => {
    const session = await recorded('seq 1 30; printf END')
    session.close()
    const log = readFileSync(saved())
    const screens = new Screens()
    for (const length of [0, 3, 10, 40, log.length - 1]) {
      const back = await savedSession('s', log.subarray(0, length), { cols: 80, rows: 24 }, screens)
      expect(back.exit).toEqual({ code: 0, signal: 1 })
      back.close()
    }
  })

  it('holds what came while the disk was busy', async () => {
    let print: (text: string) => void = () => {}
    const spawn: SpawnPty = (_launch, _size, { data }) => {
      print = (text) => data(Buffer.from(text))
      return { ...stillPty, pid: 1 }
    }
    let now = 0
    const later = () => (now += 100)
    const launch = { file: '', args: [], env: {}, cwd: '/' }
    const written = async (offset: number) => {
      while (log.saved < offset) await new Promise((resolve) => setImmediate(resolve))
    }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const session = new TerminalSession({ id: 's', launch, cols: 80, rows: 24, spawn, now: later })
    const log = new ScreenLog(saved(), session, (error) => expect.fail(String(error)))
    try {
      print('one')
      await new Promise((resolve) => setImmediate(resolve))
      vi.advanceTimersByTime(500)
      print('two')
      await written(3)
      vi.advanceTimersByTime(500)
      await written(6)
      expect(readFileSync(saved(), 'latin1')).toMatch(/one.*two/s)
    } finally {
      vi.useRealTimers()
      session.close()
    }
  })
})
