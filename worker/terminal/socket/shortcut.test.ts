/** The short way between a terminal and its viewer: nothing that goes it may be lost, doubled or out of order. */
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { encodeClient } from '@workshop/contracts/terminal-encode'
import { type ClientFrame, closeCode, type ServerFrame, type TerminalRole } from '@workshop/contracts/terminal-protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { loadPty } from '../pty-native.ts'
import { TerminalSession } from '../session.ts'
import { serveTerminal } from './serve-terminal.ts'
import { connectTo, servingSockets } from './sockets.fixture.ts'
import type { SocketListener } from './terminal-socket.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A session, by default one that echoes raw bytes, and its address. `heard` is called for each message. */
async function running(script = 'stty raw -echo; printf R; exec cat', heard = () => {}) {
  const launch = { file: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, cwd: '/' }
  const session = new TerminalSession({ id: 's', launch, cols: 80, rows: 24 })
  const server = await servingSockets((socket) => {
    const listen = socket.listen.bind(socket)
    const hear = ({ message, pong }: SocketListener) =>
      listen({
        pong,
        message(data, isBinary) {
          heard()
          message(data, isBinary)
        },
      })
    Object.assign(socket, { listen: hear })
    serveTerminal(socket, session, { email: 'ada', role: 'control' })
  })
  ends.push(() => session.close(), server.close)
  return { session, port: server.port }
}

/** A client that counts what it sees. */
async function attached(port: number, client: string, role: TerminalRole = 'control', inSeq = 0) {
  const socket: WebSocket = await connectTo(port)
  ends.push(() => socket.terminate())
  const frames: ServerFrame[] = []
  let seen = ''
  let next: number | undefined
  let gaps = 0
  socket.on('message', (data: Buffer) => {
    const frame = decodeServer(data)
    frames.push(frame)
    if (frame.type === 'reset') next = frame.offset
    if (frame.type !== 'output') return
    if (frame.offset !== next) gaps++
    next = frame.offset + frame.data.length
    seen += Buffer.from(frame.data).toString('latin1')
  })
  const say = (frame: ClientFrame) => socket.send(encodeClient(frame))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const size = { cols: 80, rows: 24, visible: true, window: 262_144 }
  say({ type: 'hello', hello: { session: 's', client, inSeq, role, ...size } })
  const type = (at: number, text: string) => say({ type: 'input', inSeq: at, data: Buffer.from(text) })
  const acknowledge = () => say({ type: 'ack', offset: next ?? 0 })
  const welcome = () => frames.find((frame) => frame.type === 'welcome')?.welcome
  return { say, type, acknowledge, frames, welcome, closed, socket, seen: () => seen, gaps: () => gaps }
}

describe.runIf(loadPty().kind === 'own')('the short way', () => {
  it('echoes each key once and in order, whatever comes between', async () => {
    const { port } = await running()
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }) },
      fc.constantFrom('ack', 'resize', 'pause', 'again', 'two'),
      fc.constant('x'.repeat(3_000)),
    )
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const one = await attached(port, `client-${run++}`)
        await expect.poll(() => one.frames.some(({ type }) => type === 'reset')).toBe(true)
        const before = one.seen().length
        let typed = ''
        for (const [i, what] of steps.entries()) {
          if (what === 'ack') one.acknowledge()
          else if (what === 'resize') one.say({ type: 'resize', cols: 80 + (i % 3), rows: 24, visible: true })
          else if (what === 'pause') await new Promise((resolve) => setTimeout(resolve, 7))
          else if (what === 'again') one.type(Math.max(0, typed.length - 1), typed.slice(-1) || 'n')
          else if (what === 'two') {
            one.type(typed.length, '1')
            one.type(typed.length + 1, '2')
          } else one.type(typed.length, what)
          if (what === 'two') typed += '12'
          else if (what === 'again' && typed === '') typed = 'n'
          else if (!['ack', 'resize', 'pause', 'again'].includes(what)) typed += what
        }
        await expect.poll(() => one.seen().length - before, { timeout: 10_000 }).toBe(typed.length)
        expect(one.seen().slice(before)).toBe(typed)
        expect(one.gaps()).toBe(0)
        one.socket.close()
        await one.closed
      }),
      { numRuns: 25 },
    )
  })

  it('shows a second viewer all that the first was shown, once', async () => {
    const { port } = await running()
    const first = await attached(port, 'first')
    await expect.poll(() => first.seen()).toContain('R')
    for (let i = 0; i < 20; i++) {
      first.type(i, 'k')
      await expect.poll(() => first.seen().length, { interval: 1 }).toBe(i + 2)
      const other = await attached(port, `other-${i}`)
      await expect.poll(() => other.welcome()).toBeDefined()
      first.type(i + 1, '')
      await expect.poll(() => other.frames.some(({ type }) => type === 'replay')).toBe(true)
      const replayed = other.frames.flatMap((frame) => (frame.type === 'replay' ? [...frame.data] : []))
      expect(Buffer.from(replayed).toString() + other.seen()).toBe(`R${'k'.repeat(i + 1)}`)
      other.socket.close()
      await other.closed
    }
  })

  it('shows all of it to a page that is loaded again in the middle of typing', async () => {
    const { port } = await running()
    let page = await attached(port, 'page')
    await expect.poll(() => page.seen()).toContain('R')
    for (let i = 0; i < 30; i++) {
      for (let key = 0; key < 4; key++) page.type(key, 'k')
      const loadedAgain = attached(port, `page-${i}`)
      page.socket.close()
      page = await loadedAgain
      await expect.poll(() => page.seen(), { timeout: 2_000 }).toBe(`R${'k'.repeat(4 * (i + 1))}`)
      expect(page.gaps()).toBe(0)
    }
  })

  it('keeps the keys of two who type at once apart, and the size with who typed last', async () => {
    const { session, port } = await running()
    const [ada, eve] = [await attached(port, 'ada'), await attached(port, 'eve')]
    await expect.poll(() => ada.seen() + eve.seen()).toMatch(/R.*R/)
    eve.say({ type: 'resize', cols: 100, rows: 30, visible: true })
    const ends: string[] = []
    for (let i = 0; i < 40; i++) {
      ada.type(i, 'a')
      await expect.poll(() => ada.seen().length, { interval: 1 }).toBe(2 * i + 2)
      eve.type(i, 'e')
      await expect.poll(() => eve.seen().length, { interval: 1 }).toBe(2 * i + 3)
      ends.push(eve.seen().slice(-2))
      const { cols, rows } = session.info()
      expect([cols, rows]).toEqual([100, 30])
    }
    expect(new Set(ends)).toEqual(new Set(['ae']))
    await expect.poll(ada.seen).toBe(eve.seen())
    await expect
      .poll(() => session.ring.read(0, session.ring.end).toString(), { timeout: 2_000 })
      .toBe(`R${'ae'.repeat(40)}`)
  })

  it('hears of what one terminal shows while keys in another never pause', async () => {
    const typed = await running()
    const other = await running('stty raw -echo; while :; do printf x; sleep 0.002; done')
    const [ada, eve] = [await attached(typed.port, 'ada'), await attached(other.port, 'eve')]
    await expect.poll(() => `${ada.seen()}${eve.seen()}`).toMatch(/R.*x/)
    let keys = 0
    const late: number[] = []
    const typing = setInterval(() => ada.type(keys++, 'k'), 1)
    const looking = setInterval(() => late.push(eve.seen().length - other.session.ring.end), 5)
    await expect.poll(() => eve.seen().length, { timeout: 10_000 }).toBeGreaterThan(200)
    clearInterval(typing)
    clearInterval(looking)
    expect(ada.seen().length).toBeGreaterThan(50)
    // The middle one: a machine that does much else stops all for longer now and then.
    expect(late.sort((a, b) => a - b)[late.length >> 1]).toBeLessThan(50)
  })

  it('hears of acknowledgements together while keys in another terminal never pause', async () => {
    const typed = await running()
    let [calls, messages] = [0, 0]
    let inCall = false
    const other = await running(undefined, () => {
      messages++
      if (!inCall) calls++
      inCall = true
      queueMicrotask(() => {
        inCall = false
      })
    })
    const [ada, eve] = [await attached(typed.port, 'ada'), await attached(other.port, 'eve')]
    await expect.poll(() => `${ada.seen()}${eve.seen()}`).toBe('RR')
    let keys = 0
    let sent = messages
    const begun = performance.now()
    const typing = setInterval(() => {
      ada.type(keys++, 'k')
      eve.acknowledge()
      sent++
    }, 1)
    await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(200)
    clearInterval(typing)
    // None is lost, and JavaScript was entered for those of 4 ms at once.
    await expect.poll(() => messages).toBe(sent)
    expect(calls).toBeLessThan((performance.now() - begun) / 3 + 20)
  })

  it('types nothing after an acknowledgement of what was never shown', async () => {
    const { session, port } = await running()
    const one = await attached(port, 'ada')
    await expect.poll(one.seen).toBe('R')
    one.say({ type: 'ack', offset: 1_000 })
    await new Promise((resolve) => setTimeout(resolve, 2))
    one.type(0, 'k')
    expect(await one.closed).toBe(closeCode.protocol)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(session.ring.end).toBe(1)
  })

  it('remembers the last key of a viewer that is cut off at once', async () => {
    const { session, port } = await running()
    let typed = 0
    for (let i = 0; i < 20; i++) {
      const one = await attached(port, 'ada', 'control', typed)
      await expect.poll(() => one.welcome()).toBeDefined()
      expect(one.welcome()?.inSeq).toBe(typed)
      for (let key = 0; key < 3; key++) {
        one.type(typed, 'k')
        typed += 1
        await expect.poll(() => session.ring.end + 0, { interval: 1 }).toBeGreaterThanOrEqual(typed - 1)
      }
      if (i % 2 === 0) one.socket.terminate()
      else one.socket.close()
      await one.closed
    }
    await expect.poll(() => session.ring.end).toBe(1 + typed)
  })

  it('tells that keys are not echoed any more before it shows the question', async () => {
    const { port } = await running('while read line; do stty -echo; printf Password:; read secret; stty echo; done')
    const one = await attached(port, 'ada')
    await expect.poll(() => one.welcome()).toBeDefined()
    for (let i = 0, typed = 0; i < 20; i++) {
      for (const key of ['s', '\n']) one.type(typed++, key)
      await expect.poll(() => one.seen().split('Password:').length, { interval: 2 }).toBe(i + 2)
      const question = one.frames.findLastIndex(
        (frame) => frame.type === 'output' && Buffer.from(frame.data).includes('P'),
      )
      const told = one.frames.slice(0, question).findLast(({ type }) => type === 'event')
      expect(told).toMatchObject({ event: { kind: 'tty', echo: false } })
      for (const key of ['x', '\n']) one.type(typed++, key)
      await expect
        .poll(() => one.frames.findLast(({ type }) => type === 'event'), { interval: 2 })
        .toMatchObject({ event: { echo: true } })
    }
  })

  it('lets nobody type who only looks on', async () => {
    const { session, port } = await running()
    const one = await attached(port, 'eve', 'view')
    await expect.poll(() => one.seen() + one.frames.map(({ type }) => type).join()).toContain('reset')
    one.type(0, 'x')
    expect(await one.closed).toBe(closeCode.protocol)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(session.ring.end).toBe(1)
  })
})
