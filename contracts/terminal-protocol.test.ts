import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeClient, decodeServer } from './terminal-decode.ts'
import { encodeClient, encodeServer, outputHeader, writeOutputHeader } from './terminal-encode.ts'
import {
  type ClientFrame,
  type ServerFrame,
  TerminalProtocolError,
  terminalLimits,
  terminalSignals,
} from './terminal-protocol.ts'

const offset = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER))
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffff_ffff)
const role = fc.constantFrom('control' as const, 'view' as const)
const data = fc.uint8Array({ maxLength: 300 })
const window = fc.integer({ min: terminalLimits.minWindow, max: 1e9 })
const exit = fc.record({ code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), signal: fc.nat(255) })
const name = fc.string({ minLength: 1, maxLength: 60 })
const beat = fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), time: offset })

const hello = fc.record(
  {
    session: name,
    epoch: name,
    from: offset,
    client: name,
    inSeq: offset,
    cols: u16,
    rows: u16,
    visible: fc.boolean(),
    role,
    window,
  },
  { requiredKeys: ['session', 'client', 'inSeq', 'cols', 'rows', 'visible', 'role', 'window'] },
)
const size1 = fc.integer({ min: 1, max: 0xffff })
const welcome = fc.record(
  {
    epoch: name,
    role,
    viewer: fc.integer({ min: 1 }),
    inSeq: offset,
    cols: size1,
    rows: size1,
    owner: u32,
    live: offset,
    window,
    heartbeatMs: size1,
    title: fc.string({ maxLength: 256 }),
    exit,
  },
  {
    requiredKeys: [
      'epoch',
      'role',
      'viewer',
      'inSeq',
      'cols',
      'rows',
      'owner',
      'live',
      'window',
      'heartbeatMs',
      'title',
    ],
  },
)
const message = fc.string({ maxLength: 256 })
const event = fc.oneof(
  fc.record({ kind: fc.constant('title' as const), title: message }),
  fc.record({
    kind: fc.constant('viewers' as const),
    count: u16,
    watching: fc.array(fc.string({ maxLength: 40 }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constantFrom('draining' as const, 'warning' as const), message }),
  fc.record({
    kind: fc.constant('tty' as const),
    echo: fc.boolean(),
    canonical: fc.boolean(),
    alternate: fc.boolean(),
  }),
)
const control = fc.oneof(
  fc.record({ action: fc.constantFrom('take-size' as const, 'drop-input' as const, 'kill' as const) }),
  fc.record({ action: fc.constant('signal' as const), signal: fc.constantFrom(...terminalSignals) }),
)
const kind = <T extends string>(type: T) => fc.constant(type)

const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ type: kind('hello'), hello }),
  fc.record({ type: kind('ack'), offset }),
  fc.record({ type: kind('input'), inSeq: offset, data }),
  fc.record({ type: kind('resize'), cols: u16, rows: u16, visible: fc.boolean() }),
  fc.record({ type: kind('control'), control }),
  beat,
)
const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({ type: kind('welcome'), welcome }),
  fc.record({ type: kind('output'), offset, data }),
  fc.record({
    type: kind('reset'),
    offset,
    live: offset,
    cols: u16,
    rows: u16,
    why: fc.constantFrom(0 as const, 1 as const, 2 as const),
  }),
  fc.record({ type: kind('replay'), offset, last: fc.boolean(), data }),
  fc.record({ type: kind('inputAck'), inSeq: offset }),
  fc.record({ type: kind('inputStall'), on: fc.boolean(), queued: u32 }),
  fc.record({ type: kind('size'), cols: u16, rows: u16, owner: u32, offset }),
  fc.record({ type: kind('exit'), offset, exit }),
  fc.record({ type: kind('event'), event }),
  beat,
)

/** Runs a decoder on any bytes: a frame, or the protocol's own error; anything else fails the test. */
function survives(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    decode(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(TerminalProtocolError)
  }
}

describe('term.v1 frames', () => {
  it('say the same after the way through bytes, from the client', () => {
    fc.assert(fc.property(clientFrame, (frame) => void expect(decodeClient(encodeClient(frame))).toEqual(frame)))
  })

  it('say the same after the way through bytes, from the server', () => {
    fc.assert(fc.property(serverFrame, (frame) => void expect(decodeServer(encodeServer(frame))).toEqual(frame)))
  })

  it('cut short anywhere are read or refused, never a crash', () => {
    fc.assert(
      fc.property(clientFrame, serverFrame, fc.nat(400), (client, server, length) => {
        survives(decodeClient, encodeClient(client).subarray(0, length))
        survives(decodeServer, encodeServer(server).subarray(0, length))
      }),
    )
  })

  it('made of random bytes are read or refused, never a crash', () => {
    const codes = fc.constantFrom(
      1,
      2,
      0x10,
      0x11,
      0x12,
      0x13,
      0x20,
      0x21,
      0x22,
      0x30,
      0x31,
      0x40,
      0x41,
      0x42,
      0x50,
      0x51,
    )
    fc.assert(
      fc.property(fc.oneof(codes, fc.nat(255)), fc.uint8Array({ maxLength: 40 }), (op, rest) => {
        const bytes = Uint8Array.of(op, ...rest)
        survives(decodeClient, bytes)
        survives(decodeServer, bytes)
      }),
      { numRuns: 2_000 },
    )
  })

  it('with JSON of the wrong types are refused', () => {
    const body = (value: unknown) => new TextEncoder().encode(`\u0001${JSON.stringify(value)}`)
    fc.assert(
      fc.property(
        hello,
        fc.constantFrom('session', 'client', 'inSeq', 'cols', 'visible', 'role', 'window', 'epoch', 'from'),
        fc.constantFrom(null, {}, [], -1, 1.5, true, '', 'x'.repeat(200), 2 ** 60),
        (value, field, wrong) => {
          fc.pre(!(field === 'visible' && wrong === true))
          fc.pre(!((field === 'inSeq' || field === 'from') && wrong === 2 ** 60 && Number.isSafeInteger(wrong)))
          expect(() => decodeClient(body({ ...value, [field]: wrong }))).toThrow(TerminalProtocolError)
        },
      ),
    )
  })

  it.for([
    ['an empty message', []],
    ['an unknown opcode', [0x99, 1, 2]],
    ['a server frame from a client', [0x10, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['an offset beyond 2^53', [0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['trailing bytes after ACK', [0x13, 0, 0, 0, 0, 0, 0, 0, 0, 7]],
    ['JSON that is no object', [0x42, 0x31]],
    ['JSON that is not UTF-8', [0x42, 0xff]],
  ] as const)('refuse %s', ([, bytes]) => {
    expect(() => decodeClient(Uint8Array.from(bytes))).toThrow(TerminalProtocolError)
  })

  it('refuse payloads over 64 KB both ways', () => {
    const frame = { type: 'input', inSeq: 0, data: new Uint8Array(terminalLimits.maxData + 1) } as const
    expect(() => encodeClient(frame)).toThrow(TerminalProtocolError)
    expect(() => decodeClient(Uint8Array.of(0x20, ...new Uint8Array(terminalLimits.maxData + 9)))).toThrow(
      TerminalProtocolError,
    )
  })

  it('have an OUTPUT header that can be written in place, past 2^32', () => {
    const bytes = new Uint8Array(outputHeader + 2)
    bytes.set([65, 66], outputHeader)
    writeOutputHeader(bytes, 2 ** 32 + 5)
    expect(decodeServer(bytes)).toEqual({ type: 'output', offset: 2 ** 32 + 5, data: Uint8Array.of(65, 66) })
  })
})
