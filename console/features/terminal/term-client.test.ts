import { decodeClient } from '@workshop/contracts/terminal-decode'
import { encodeServer } from '@workshop/contracts/terminal-encode'
import type { ClientFrame, ServerFrame, Welcome } from '@workshop/contracts/terminal-protocol'
import { describe, expect, it } from 'vitest'
import { handClock } from './hand-clock.fixture.ts'
import { TermClient } from './term-client.ts'
import type { SocketEvents, TermState } from './term-options.ts'

/** A client with a hand-driven clock, sockets that only record, and a screen that parses at once. */
function rig() {
  const { clock, pass } = handClock()
  const sockets: { events: SocketEvents; sent: ClientFrame[] }[] = []
  const states: TermState[] = []
  const calls: string[] = []
  const client = new TermClient({
    session: 's',
    clientId: 'c',
    role: 'control',
    size: { cols: 80, rows: 24, visible: true },
    connect: (events) => {
      const sent: ClientFrame[] = []
      sockets.push({ events, sent })
      return { send: (bytes) => sent.push(decodeClient(bytes)), close: () => {} }
    },
    screen: {
      write: (data, parsed) => {
        if (data.length > 0) calls.push(new TextDecoder().decode(data))
        parsed()
      },
      reset: () => calls.push('<reset>'),
      resize: (cols, rows) => calls.push(`<${cols}x${rows}>`),
    },
    events: { state: (state) => states.push(state) },
    clock,
    random: () => 0,
  })
  const last = () => sockets.at(-1) as (typeof sockets)[number]
  const welcome: Welcome = {
    ...{ epoch: 'e', role: 'control', viewer: 1, inSeq: 0, cols: 80, rows: 24, owner: 1, live: 0 },
    ...{ window: 262_144, heartbeatMs: 20_000, title: '' },
  }
  return {
    client,
    sockets,
    states,
    calls,
    last,
    sent: (type: ClientFrame['type']) => last().sent.filter((frame) => frame.type === type),
    say: (frame: ServerFrame) => last().events.message(encodeServer(frame)),
    /** The way to a live terminal with an empty screen at offset 0. */
    enter: (more: Partial<Welcome> = {}) => {
      last().events.open()
      last().events.message(encodeServer({ type: 'welcome', welcome: { ...welcome, ...more } }))
    },
    fresh: (offset = 0, live = offset) => {
      last().events.message(encodeServer({ type: 'reset', offset, live, cols: 80, rows: 24, why: 0 }))
      last().events.message(encodeServer({ type: 'replay', offset, last: true, data: new Uint8Array(0) }))
    },
    pass,
  }
}

const text = (value: string) => new TextEncoder().encode(value)

describe('a terminal connection', () => {
  it('comes back after 0, 125, 250, 500, 1000 and 2500 ms and does not give up', () => {
    const { client, sockets, states, last, pass } = rig()
    client.start()
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const before = sockets.length
      last().events.close(1006, '')
      let waited = 0
      while (sockets.length === before) {
        pass(waited === 0 ? 0 : 5)
        if (sockets.length > before) break
        waited += 5
      }
      waits.push(waited === 5 ? 0 : waited)
    }
    expect(waits.map((wait) => Math.round(wait / 25) * 25)).toEqual([0, 125, 250, 500, 1_000, 2_500, 2_500])
    expect(states.at(-1)?.name).toBe('reconnecting')
  })

  it.for([
    [1000, 'closed'],
    [4403, 'forbidden'],
    [4404, 'gone'],
    [4409, 'replaced'],
  ] as const)('is over after close code %i', ([code, why]) => {
    const { client, sockets, states, last, enter, pass } = rig()
    client.start()
    enter()
    last().events.close(code, '')
    pass(60_000)
    expect(states.at(-1)).toEqual({ name: 'ended', end: { why } })
    expect(sockets).toHaveLength(1)
  })

  it('asks for the next byte after a drop, and cuts off what it has', () => {
    const { client, calls, last, enter, fresh, say, pass, sent } = rig()
    client.start()
    enter()
    fresh()
    say({ type: 'output', offset: 0, data: text('abc') })
    last().events.close(1006, '')
    pass(0)
    last().events.open()
    expect(sent('hello')[0]).toMatchObject({ hello: { epoch: 'e', from: 3 } })
    enter()
    say({ type: 'output', offset: 1, data: text('bcd') })
    expect(calls.filter((call) => !call.startsWith('<')).join('')).toBe('abcd')
  })

  it('comes back when bytes are missing, without showing what follows', () => {
    const { client, calls, states, enter, fresh, say } = rig()
    client.start()
    enter()
    fresh()
    say({ type: 'output', offset: 5, data: text('late') })
    expect(calls).not.toContain('late')
    expect(states.at(-1)?.name).toBe('reconnecting')
  })

  it('asks for a whole screen again when it was cut off in the middle of one', () => {
    const { client, last, enter, pass, say, sent } = rig()
    client.start()
    enter()
    say({ type: 'reset', offset: 9, live: 9, cols: 80, rows: 24, why: 0 })
    last().events.close(1006, '')
    pass(0)
    last().events.open()
    expect(sent('hello')[0]).not.toHaveProperty('hello.from')
  })

  it('acknowledges a step at once and a rest after half a second', () => {
    const { client, enter, fresh, say, pass, sent } = rig()
    client.start()
    enter()
    fresh()
    say({ type: 'output', offset: 0, data: new Uint8Array(60_000) })
    expect(sent('ack')).toEqual([])
    say({ type: 'output', offset: 60_000, data: new Uint8Array(60_000) })
    say({ type: 'output', offset: 120_000, data: text('x') })
    expect(sent('ack')).toEqual([{ type: 'ack', offset: 120_000 }])
    pass(500)
    expect(sent('ack').at(-1)).toEqual({ type: 'ack', offset: 120_001 })
  })

  it('changes size between the bytes where the size changed', () => {
    const { client, calls, enter, fresh, say } = rig()
    client.start()
    enter()
    fresh()
    calls.length = 0
    say({ type: 'size', cols: 100, rows: 30, owner: 1, offset: 2 })
    say({ type: 'output', offset: 0, data: text('abcd') })
    expect(calls).toEqual(['ab', '<100x30>', 'cd'])
  })

  it('shows what it missed at the sizes of the time, not at that of the day', () => {
    const { client, last, calls, enter, fresh, say, pass } = rig()
    client.start()
    enter()
    fresh()
    last().events.close(1006, '')
    pass(0)
    enter({ cols: 120, rows: 40, live: 6 })
    calls.length = 0
    say({ type: 'size', cols: 44, rows: 20, owner: 2, offset: 2 })
    say({ type: 'size', cols: 120, rows: 40, owner: 1, offset: 4 })
    say({ type: 'output', offset: 0, data: text('abcdef') })
    expect(calls).toEqual(['ab', '<44x20>', 'cd', '<120x40>', 'ef', '<120x40>'])
  })

  it('never hands half a character over, not even across a drop', () => {
    const { client, last, calls, enter, fresh, say, pass, sent } = rig()
    client.start()
    enter()
    fresh()
    calls.length = 0
    say({ type: 'output', offset: 0, data: text('a•').subarray(0, 3) })
    last().events.close(1006, '')
    pass(0)
    enter({ live: 3 })
    expect(sent('hello')[0]).toMatchObject({ hello: { from: 3 } })
    say({ type: 'output', offset: 3, data: text('•b').subarray(2) })
    expect(calls.filter((call) => !call.startsWith('<'))).toEqual(['a', '•b'])
  })

  it('types after a drop what the server has not got, and nothing for a new program', () => {
    const { client, last, enter, fresh, pass, sent } = rig()
    client.start()
    enter()
    fresh()
    client.input('abc')
    last().events.close(1006, '')
    client.input('d')
    pass(0)
    enter({ inSeq: 2 })
    expect(
      sent('input').map((frame) => frame.type === 'input' && [frame.inSeq, new TextDecoder().decode(frame.data)]),
    ).toEqual([[2, 'cd']])
    last().events.close(1006, '')
    client.input('old')
    pass(0)
    enter({ epoch: 'next' })
    expect(sent('input')).toEqual([])
  })

  it("keeps a terminal's own answers to itself unless this page has the terminal to itself", () => {
    const { client, enter, fresh, say, sent } = rig()
    client.start()
    enter()
    fresh()
    client.input('\u001b[?1;2c')
    say({ type: 'event', event: { kind: 'viewers', count: 2, watching: [] } })
    say({ type: 'size', cols: 80, rows: 24, owner: 2, offset: 0 })
    client.input('\u001b[?1;2c')
    client.input('\u001b[A')
    expect(sent('input')).toHaveLength(2)
  })

  it('gives a connection up that does not answer a ping', () => {
    const { client, states, enter, say, pass } = rig()
    client.start()
    enter()
    say({ type: 'pong', time: 0 })
    pass(19_000)
    expect(states.at(-1)?.name).toBe('live')
    pass(6_100)
    expect(states.map(({ name }) => name)).toContain('reconnecting')
  })

  it("is ended by the program's end, and lives again with the next program", () => {
    const { client, states, last, enter, fresh, say } = rig()
    client.start()
    enter()
    fresh()
    say({ type: 'exit', offset: 0, exit: { code: 3, signal: 0 } })
    expect(states.at(-1)).toEqual({ name: 'ended', end: { why: 'exit', exit: { code: 3, signal: 0 } } })
    last().events.close(4410, '')
    enter({ epoch: 'next' })
    expect(states.at(-1)?.name).toBe('live')
  })
})
