/** What a terminal outlives: sleep, proxies that cut, everybody coming back at once. Real sockets, real programs. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Connect } from '../../console/features/terminal/term-options.ts'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { terminalHttp } from '../../contracts/terminal-http.ts'
import { terminalLimits, terminalProtocol } from '../../contracts/terminal-protocol.ts'
import { type HeadlessTerminal, openTerminal, screenState, screenText } from '../../worker/terminal/screen-state.ts'
import { connectNode, eventually, type Rig, terminalRig, testViewer } from '../support/terminal-rig.ts'

const rigs: Rig[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(rigs.splice(0).map((rig) => rig.close()))
})

async function open(...wish: Parameters<typeof terminalRig>): Promise<Rig> {
  const rig = await terminalRig(...wish)
  rigs.push(rig)
  return rig
}

/** A client with a real screen. */
function onScreen(rig: Rig, more: Parameters<typeof testViewer>[1] = {}) {
  const terminal: HeadlessTerminal = openTerminal(80, 24)
  let resets = 0
  const screen = {
    write: (data: Uint8Array, parsed: () => void) => terminal.write(data, parsed),
    reset: () => {
      resets += 1
      terminal.reset()
    },
    resize: (cols: number, rows: number) => terminal.resize(cols, rows),
  }
  const viewer = testViewer(rig, { screen, ...more })
  return { ...viewer, terminal, shows: (text: string) => screenText(terminal).includes(text), resets: () => resets }
}

/** Time and network of a laptop whose lid can be closed: timers wait, packets wait, the clock goes on. */
function laptop(url: string) {
  let asleep = false
  let gone = 0
  let held: (() => void)[] = []
  const awake = (run: () => void) => () => {
    if (asleep) held.push(run)
    else run()
  }
  const connect: Connect = (events) =>
    connectNode(url)({
      open: awake(() => events.open()),
      message: (bytes) => awake(() => events.message(bytes))(),
      close: (code, reason) => awake(() => events.close(code, reason))(),
    })
  return {
    connect,
    clock: {
      now: () => performance.now() + gone,
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(awake(run), ms)
        return () => clearTimeout(timer)
      },
    },
    close: () => {
      asleep = true
    },
    open: (afterMs: number) => {
      asleep = false
      gone += afterMs
      const waiting = held
      held = []
      for (const run of waiting) run()
    },
  }
}

/** Draws all over the screen, more than any ring holds, and stops at a screen that is not made of lines. */
const drawing =
  'printf "\\033[?1049h"; read go; for i in $(seq 1 1500); do printf "\\033[%d;%dH\\033[3%dm%d\\033[0m%60s" $((i % 24 + 1)) $((i % 40 + 1)) $((i % 8)) $i ""; done; printf "\\033[5;5Hthe end"; read stay'

describe('a terminal', () => {
  it.for([
    ['the proxies have cut it off', true],
    ['nobody has noticed', false],
  ] as const)('is right after an hour of sleep in which %s', async ([, cut]) => {
    const rig = await open(drawing, { ringBytes: 16_384 })
    const lid = laptop(rig.url)
    const sleeper = onScreen(rig, { connect: lid.connect, clock: lid.clock })
    const faithful = onScreen(rig)
    sleeper.client.start()
    faithful.client.start()
    await eventually('both live', () => rig.session.info().viewers === 2)
    lid.close()
    if (cut) rig.cut()
    faithful.client.input('\r')
    await eventually('the end for who stayed', () => faithful.shows('the end'))
    expect(rig.session.ring.oldest).toBeGreaterThan(0)
    lid.open(3_600_000)
    sleeper.client.reconnectNow()
    await eventually('the end for who slept', () => sleeper.shows('the end'))
    expect(screenState(sleeper.terminal)).toEqual(screenState(faithful.terminal))
    sleeper.client.input('x')
    await eventually('the keyboard', () => rig.session.info().lastInputAt !== undefined)
    sleeper.client.close()
    faithful.client.close()
  })

  it('reloaded shows its screen at once, again and again', async () => {
    const rig = await open(drawing, { ringBytes: 16_384 })
    const first = onScreen(rig)
    first.client.start()
    first.client.input('\r')
    await eventually('the end', () => first.shows('the end'))
    for (let i = 0; i < 5; i++) {
      const page = onScreen(rig)
      page.client.start()
      await eventually('the end after a reload', () => page.shows('the end'))
      expect(screenState(page.terminal)).toEqual(screenState(first.terminal))
      page.client.close()
    }
    first.client.close()
  })

  it('loses and doubles nothing behind a proxy that ends every connection at a certain age', async () => {
    const rig = await open(
      'stty raw -echo; printf ready; (for i in $(seq 1 300); do echo "out $i"; sleep 0.01; done) & head -c 3000 | tr a-z A-Z; wait; printf over; read stay',
    )
    const viewer = testViewer(rig)
    viewer.client.start()
    await eventually('the program', () => viewer.text().includes('ready'))
    let cuts = 0
    const proxy = setInterval(() => {
      if (rig.cut() > 0) cuts += 1
    }, 150)
    for (let i = 0; i < 300; i++) {
      viewer.client.input('abcdefghi\n')
      await new Promise((resolve) => setTimeout(resolve, 8))
    }
    await eventually('all typing back', () => (viewer.text().match(/ABCDEFGHI\n/g) ?? []).length >= 300)
    await eventually('all output', () => viewer.text().includes('over'))
    clearInterval(proxy)
    const lines = viewer.text().match(/out \d+/g) ?? []
    expect(lines).toEqual(Array.from({ length: 300 }, (_, i) => `out ${i + 1}`))
    expect(viewer.text().match(/ABCDEFGHI/g)).toHaveLength(300)
    expect(cuts).toBeGreaterThan(5)
    viewer.client.close()
  })

  it('is never silent for half of the minute after which proxies cut, in either direction', async () => {
    expect(terminalHttp.holdMs).toBeLessThanOrEqual(30_000)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const rig = await open('read stay')
    const socket = new WebSocket(rig.url, terminalProtocol)
    let pings = 0
    socket.on('ping', () => (pings += 1))
    await eventually('open', () => socket.readyState === socket.OPEN)
    const size = { cols: 80, rows: 24, visible: true }
    const hello = { session: 'session', client: 'idle', inSeq: 0, ...size, role: 'control', window: 65_536 } as const
    socket.send(encodeClient({ type: 'hello', hello }))
    await eventually('attached', () => rig.session.info().viewers === 1)
    // Five idle minutes. The server hangs up where a pong fails to come, so each gets time to.
    for (let second = 10; second <= 300; second += 10) {
      vi.advanceTimersByTime(10_000)
      const expected = Math.floor((second * 1_000) / terminalLimits.heartbeatMs)
      await eventually(`the pings of ${second} s`, () => pings >= expected)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(pings).toBeGreaterThanOrEqual(300 / 30)
    expect(rig.session.info().viewers).toBe(1)
    socket.close()
  })
})

describe('a program that prints all the time', () => {
  it('goes on when somebody comes whose screen is all that there is to send', async () => {
    const rig = await open(
      'printf "\\033[?1049h"; seq 1 20000; while read line; do printf "\\033[2;2H[%s]" "$line"; done',
      { ringBytes: 16_384 },
    )
    await eventually('a past that is gone', () => rig.session.ring.oldest > 0)
    const page = onScreen(rig)
    page.client.start()
    await eventually('its screen', () => page.shows('20000'))
    page.client.input('one\r')
    await eventually('an answer', () => page.shows('[one]'))
    const reloaded = onScreen(rig)
    page.client.close()
    reloaded.client.start()
    await eventually('the screen again', () => reloaded.shows('[one]'))
    reloaded.client.input('two\r')
    await eventually('another answer', () => reloaded.shows('[two]'))
    reloaded.client.close()
  })
})

describe('fifty people', () => {
  it.for([
    ['whose network was cut', false],
    ['who all press reload', true],
  ] as const)('%s are back within a second', { timeout: 120_000 }, async ([, reload]) => {
    const script =
      'printf "\\033[?1049h"; for i in $(seq 1 300); do printf "\\033[%d;3H\\033[32m%d\\033[0m%60s" $((i % 24 + 1)) $i ""; done; printf "\\033[9;9Hdrawn"; read stay'
    const all = await Promise.all(Array.from({ length: 50 }, () => open(script, { ringBytes: 16_384 })))
    let pages = all.map((rig) => onScreen(rig))
    for (const { client } of pages) client.start()
    await eventually('fifty screens', () => pages.every((page) => page.shows('drawn')), 60_000)
    const rounds: number[] = []
    for (let round = 0; round < 3; round++) {
      const back: number[] = []
      const states = pages.map(({ states }) => states.length)
      const start = performance.now()
      for (const rig of all) rig.cut()
      if (reload) {
        for (const { client } of pages) client.close()
        pages = all.map((rig) => onScreen(rig))
        for (const { client } of pages) client.start()
      }
      const isBack = (at: number) => {
        const page = pages[at]
        if (page === undefined || page.client.state.name !== 'live' || !page.shows('drawn')) return false
        return reload || page.states.length > (states[at] ?? 0)
      }
      await eventually('fifty back', () => {
        for (const at of pages.keys()) if (back[at] === undefined && isBack(at)) back[at] = performance.now() - start
        return back.filter((ms) => ms !== undefined).length === 50
      })
      rounds.push(back.sort((a, b) => a - b)[49] ?? Number.POSITIVE_INFINITY)
    }
    for (const { client } of pages) client.close()
    // The slowest of fifty is p99. The best of three rounds: other programs of this machine are not what is measured.
    console.log(`slowest of fifty, ms: ${rounds.map(Math.round).join(', ')}`)
    expect(Math.min(...rounds)).toBeLessThan(1_000)
  })
})
