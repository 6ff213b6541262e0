import { opcode } from '@workshop/contracts/terminal-protocol'
import { describe, expect, it } from 'vitest'
import { handClock } from './hand-clock.fixture.ts'
import type { Connect, SocketEvents } from './term-options.ts'
import { bestTransport, type TransportName, tryAgainMs } from './transport.ts'

function rig(probe = async () => false) {
  const { clock, pass } = handClock(1)
  const used: TransportName[] = []
  const closed: number[] = []
  let last: SocketEvents | undefined
  const connect: Connect = (events) => {
    last = events
    return { send: () => {}, close: () => events.close(1006, '') }
  }
  const memory = { httpUntil: 0 }
  const dial = bestTransport({
    ...{ socket: connect, http: connect, probe, memory },
    clock,
    using: (name) => used.push(name),
  })
  return {
    memory,
    used,
    closed,
    dial: () => dial({ open: () => {}, message: () => {}, close: (code) => closed.push(code) }),
    fail: () => last?.close(1006, ''),
    welcome: () => last?.message(Uint8Array.of(opcode.welcome)),
    pass: async (ms: number) => {
      pass(ms)
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}

describe('the way to a terminal', () => {
  it('is plain requests after two handshakes that failed, for this page and the next', () => {
    const { dial, fail, used, memory } = rig()
    for (let attempt = 0; attempt < 3; attempt++) {
      dial()
      fail()
    }
    expect(used).toEqual(['socket', 'socket', 'http'])
    expect(memory.httpUntil).toBe(0)
  })

  it('stays a WebSocket when a connection that worked is lost, however often', () => {
    const { dial, fail, welcome, used } = rig()
    for (let attempt = 0; attempt < 4; attempt++) {
      dial()
      welcome()
      fail()
    }
    expect(new Set(used)).toEqual(new Set(['socket']))
  })

  it('counts a handshake that hangs as failed', async () => {
    const { dial, used, closed, pass } = rig()
    dial()
    await pass(4_000)
    dial()
    await pass(4_000)
    dial()
    expect(closed).toEqual([1006, 1006])
    expect(used.at(-1)).toBe('http')
  })

  it('goes back to a WebSocket when one can be opened again, and not before', async () => {
    let opens = false
    const { dial, fail, welcome, used, closed, pass } = rig(async () => opens)
    dial()
    fail()
    dial()
    fail()
    dial()
    welcome()
    await pass(tryAgainMs)
    expect(closed).toHaveLength(2)
    opens = true
    await pass(tryAgainMs)
    expect(closed.at(-1)).toBe(1012)
    dial()
    expect(used).toEqual(['socket', 'socket', 'http', 'socket'])
  })
})
