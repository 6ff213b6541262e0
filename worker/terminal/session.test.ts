/** A session on a program of our own making: does the program go on when nobody is left who could free it? */
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { type Hello, type ServerFrame, terminalLimits } from '@workshop/contracts/terminal-protocol'
import { describe, expect, it } from 'vitest'
import type { Pty, PtyEvents } from './pty.ts'
import type { Screens } from './screens.ts'
import { TerminalSession } from './session.ts'
import { stillPty } from './still-pty.ts'
import type { Holds } from './terminal-end.ts'
import { wholeFrame } from './viewer.ts'

const ringBytes = 65_536
const size = { cols: 80, rows: 24 }
const hello: Hello = {
  ...{ session: 's', client: 'page', inSeq: 0, visible: true, role: 'control', window: terminalLimits.window },
  ...size,
}

/** A model that parses at once, so that a screen stands for everything up to now. */
const screens = {
  open: () => ({
    ...{ feed: () => {}, resize: () => {}, behind: () => 0, close: () => {} },
    snapshot: async () => Buffer.from('screen'),
    cursor: async () => [1, 1],
  }),
} as unknown as Screens

/** A session with a program that prints when told to, and whether it may run. */
function scripted() {
  let running = true
  let events: PtyEvents | undefined
  const typed: string[] = []
  const pty: Pty = {
    ...stillPty,
    pid: 1,
    tty: () => ({ echo: true, canonical: true }),
    write: (data) => typed.push(Buffer.from(data).toString()),
    pause: () => {
      running = false
    },
    resume: () => {
      running = true
    },
  }
  const spawn = (_launch: unknown, _size: unknown, told: PtyEvents) => {
    events = told
    return pty
  }
  const session = new TerminalSession({
    ...{ id: 's', launch: { file: '/bin/true', args: [], env: {}, cwd: '/' }, ringBytes, spawn, screens, ...size },
  })
  const print = (bytes: number) => events?.data(Buffer.alloc(bytes, '\u001b[Hdrawn'))
  const say = (text: string, holds?: Holds) => events?.data(Buffer.from(text), holds)
  return { session, print, say, isRunning: () => running, typed }
}

function attached(session: TerminalSession, about: Partial<Hello> = {}) {
  const frames: ServerFrame[] = []
  const send = (bytes: Uint8Array, body?: Uint8Array) => void frames.push(decodeServer(wholeFrame(bytes, body)))
  const link = { send, queued: () => 0, onDrained: () => {}, close: () => {} }
  const viewer = session.attach(link, { ...hello, ...about }, 'control')
  const resets = () => frames.filter(({ type }) => type === 'reset').length
  return { viewer, frames, resets }
}

describe('a program that waited for its fastest viewer', () => {
  it('goes on when that viewer has a new screen with nothing behind it', async () => {
    const { session, print, isRunning } = scripted()
    print(ringBytes * 2)
    const { resets } = attached(session)
    await expect.poll(resets).toBe(1)
    expect(isRunning()).toBe(true)
    session.close()
  })

  it('goes on when one batch pushed that viewer out of the ring', async () => {
    const { session, print, isRunning } = scripted()
    const { resets } = attached(session)
    await expect.poll(resets).toBe(1)
    print(ringBytes * 2)
    expect(isRunning()).toBe(false)
    await expect.poll(resets).toBe(2)
    expect(isRunning()).toBe(true)
    session.close()
  })
})

describe('a sequence that a batch cut', () => {
  it.each(['text', 'drawing'] as const)('is read to its end in a batch of %s', (holds) => {
    const { session, say } = scripted()
    const { frames } = attached(session)
    say('\u001b]0;a ti')
    say('tle\u0007 and more', holds)
    say('\u001b[?10')
    say('49h', holds)
    expect(session.info().title).toBe('a title')
    expect(frames.findLast(({ type }) => type === 'event')).toMatchObject({ event: { kind: 'tty', alternate: true } })
    session.close()
  })
})

describe('the size of a session with two viewers', () => {
  it('is that of whoever types, from the first key on and back again', () => {
    const { session, typed } = scripted()
    const wide = attached(session, { client: 'wide', cols: 120 })
    const narrow = attached(session, { client: 'narrow', cols: 40 })
    const widths = [wide, narrow, narrow, wide, wide].map(({ viewer }, at) => {
      const inSeq = [0, 0, 1, 1, 2][at] ?? 0
      session.input(viewer, inSeq, Buffer.from('k'))
      return session.info().cols
    })
    expect(widths).toEqual([120, 40, 40, 120, 120])
    expect(typed.join('')).toBe('kkkkk')
    session.close()
  })

  it('is a wish that waited for the pause between two, at the next key', () => {
    const { session } = scripted()
    const { viewer } = attached(session)
    session.resize(viewer, { cols: 100, rows: 30, visible: true })
    session.resize(viewer, { cols: 110, rows: 30, visible: true })
    session.input(viewer, 0, Buffer.from('k'))
    expect(session.info()).toMatchObject({ cols: 110, rows: 30 })
    session.close()
  })
})
