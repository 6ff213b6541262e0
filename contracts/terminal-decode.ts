/**
 * Bytes to frames of `term.v1`. Strict: lengths, ranges, words and JSON types are all checked, and whatever arrives,
 * nothing but TerminalProtocolError is thrown. Payloads are views into the message, not copies.
 */
import {
  type ClientFrame,
  type Hello,
  opcode,
  type ResetReason,
  type ServerFrame,
  type TerminalControl,
  type TerminalEvent,
  type TerminalExit,
  TerminalProtocolError,
  type TerminalRole,
  terminalLimits,
  terminalSignals,
  type Welcome,
} from './terminal-protocol.ts'

const text = new TextDecoder('utf-8', { fatal: true })

/** One frame of a client. */
export function decodeClient(bytes: Uint8Array): ClientFrame {
  if (bytes[0] === opcode.input) return input(bytes)
  const view = open(bytes)
  switch (bytes[0]) {
    case opcode.hello:
      return { type: 'hello', hello: hello(json(bytes)) }
    case opcode.ack:
      return { type: 'ack', offset: only64(view) }
    case opcode.resize:
      exact(view, 6)
      return { type: 'resize', cols: view.getUint16(1), rows: view.getUint16(3), visible: flag(view, 5) }
    case opcode.control:
      return { type: 'control', control: control(json(bytes)) }
    case opcode.ping:
      return { type: 'ping', time: only64(view) }
    case opcode.pong:
      return { type: 'pong', time: only64(view) }
    default:
      throw new TerminalProtocolError(`a client sends no frame ${bytes[0]}`)
  }
}

/** Each key comes this way: without a view, which costs more than what it reads. */
function input(bytes: Uint8Array): ClientFrame {
  const { length } = bytes
  if (length > terminalLimits.maxFrame) throw new TerminalProtocolError('a frame is too long')
  if (length < 9) throw new TerminalProtocolError('a frame is too short')
  if (length - 9 > terminalLimits.maxData) throw new TerminalProtocolError('a payload is too long')
  let inSeq = 0
  for (let at = 1; at < 9; at++) inSeq = inSeq * 256 + (bytes[at] ?? 0)
  if (inSeq > Number.MAX_SAFE_INTEGER) throw new TerminalProtocolError('an offset is beyond 2^53')
  return { type: 'input', inSeq, data: bytes.subarray(9) }
}

/** One frame of the server. */
export function decodeServer(bytes: Uint8Array): ServerFrame {
  const view = open(bytes)
  switch (bytes[0]) {
    case opcode.welcome:
      return { type: 'welcome', welcome: welcome(json(bytes)) }
    case opcode.output:
      return { type: 'output', offset: head64(view), data: bytes.subarray(9) }
    case opcode.reset: {
      exact(view, 22)
      const why = view.getUint8(21)
      if (why > 2) throw new TerminalProtocolError(`RESET gives no reason ${why}`)
      const size = { cols: view.getUint16(17), rows: view.getUint16(19) }
      return { type: 'reset', offset: u64(view, 1), live: u64(view, 9), ...size, why: why as ResetReason }
    }
    case opcode.replay:
      atLeast(view, 10)
      return { type: 'replay', offset: u64(view, 1), last: flag(view, 9), data: bytes.subarray(10) }
    case opcode.inputAck:
      return { type: 'inputAck', inSeq: only64(view) }
    case opcode.inputStall:
      exact(view, 6)
      return { type: 'inputStall', on: flag(view, 1), queued: view.getUint32(2) }
    case opcode.size:
      exact(view, 17)
      return {
        type: 'size',
        cols: view.getUint16(1),
        rows: view.getUint16(3),
        owner: view.getUint32(5),
        offset: u64(view, 9),
      }
    case opcode.exit:
      exact(view, 14)
      return { type: 'exit', offset: u64(view, 1), exit: { code: view.getInt32(9), signal: view.getUint8(13) } }
    case opcode.event:
      return { type: 'event', event: event(json(bytes)) }
    case opcode.ping:
      return { type: 'ping', time: only64(view) }
    case opcode.pong:
      return { type: 'pong', time: only64(view) }
    default:
      throw new TerminalProtocolError(`the server sends no frame ${bytes[0]}`)
  }
}

function open(bytes: Uint8Array): DataView {
  if (bytes.length > terminalLimits.maxFrame) throw new TerminalProtocolError('a frame is too long')
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function exact(view: DataView, length: number): void {
  if (view.byteLength !== length) throw new TerminalProtocolError('a frame has the wrong length')
}

function atLeast(view: DataView, header: number): void {
  if (view.byteLength < header) throw new TerminalProtocolError('a frame is too short')
  if (view.byteLength - header > terminalLimits.maxData) throw new TerminalProtocolError('a payload is too long')
}

function only64(view: DataView): number {
  exact(view, 9)
  return u64(view, 1)
}

function head64(view: DataView): number {
  atLeast(view, 9)
  return u64(view, 1)
}

function u64(view: DataView, at: number): number {
  const value = view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
  if (value > Number.MAX_SAFE_INTEGER) throw new TerminalProtocolError('an offset is beyond 2^53')
  return value
}

function flag(view: DataView, at: number): boolean {
  const value = view.getUint8(at)
  if (value > 1) throw new TerminalProtocolError('a flag is neither 0 nor 1')
  return value === 1
}

type Fields = Readonly<Record<string, unknown>>

function json(bytes: Uint8Array): Fields {
  if (bytes.length - 1 > terminalLimits.maxJson) throw new TerminalProtocolError('a JSON body is too long')
  let value: unknown
  try {
    value = JSON.parse(text.decode(bytes.subarray(1)))
  } catch {
    throw new TerminalProtocolError('a body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TerminalProtocolError('a body is not a JSON object')
  }
  return value as Fields
}

function hello(fields: Fields): Hello {
  return {
    session: string(fields, 'session', 1, 128),
    client: string(fields, 'client', 1, 64),
    inSeq: whole(fields, 'inSeq'),
    cols: whole(fields, 'cols', 0, 0xffff),
    rows: whole(fields, 'rows', 0, 0xffff),
    visible: boolean(fields, 'visible'),
    role: role(fields),
    window: whole(fields, 'window', terminalLimits.minWindow),
    ...(fields['epoch'] === undefined ? {} : { epoch: string(fields, 'epoch', 1, 64) }),
    ...(fields['from'] === undefined ? {} : { from: whole(fields, 'from') }),
  }
}

function welcome(fields: Fields): Welcome {
  return {
    epoch: string(fields, 'epoch', 1, 64),
    role: role(fields),
    viewer: whole(fields, 'viewer', 1),
    inSeq: whole(fields, 'inSeq'),
    cols: whole(fields, 'cols', 1, 0xffff),
    rows: whole(fields, 'rows', 1, 0xffff),
    owner: whole(fields, 'owner'),
    live: whole(fields, 'live'),
    window: whole(fields, 'window', terminalLimits.minWindow),
    heartbeatMs: whole(fields, 'heartbeatMs', 1),
    title: string(fields, 'title', 0, terminalLimits.maxTitle),
    ...(fields['exit'] === undefined ? {} : { exit: exitState(fields['exit']) }),
  }
}

function strings(fields: Fields, name: string, most: number, longest: number): readonly string[] {
  const value = fields[name] ?? []
  const fits = (item: unknown) => typeof item === 'string' && item.length <= longest
  if (Array.isArray(value) && value.length <= most && value.every(fits)) return value
  throw new TerminalProtocolError(`${name} is no list of texts`)
}

function exitState(value: unknown): TerminalExit {
  if (typeof value !== 'object' || value === null) throw new TerminalProtocolError('exit is not an object')
  const fields = value as Fields
  return { code: whole(fields, 'code', -0x8000_0000, 0x7fff_ffff), signal: whole(fields, 'signal', 0, 255) }
}

function event(fields: Fields): TerminalEvent {
  switch (fields['kind']) {
    case 'title':
      return { kind: 'title', title: string(fields, 'title', 0, terminalLimits.maxTitle) }
    case 'viewers':
      return { kind: 'viewers', count: whole(fields, 'count'), watching: strings(fields, 'watching', 64, 320) }
    case 'draining':
    case 'warning':
      return { kind: fields['kind'], message: string(fields, 'message', 0, 1_024) }
    case 'tty':
      return {
        kind: 'tty',
        echo: boolean(fields, 'echo'),
        canonical: boolean(fields, 'canonical'),
        alternate: boolean(fields, 'alternate'),
      }
    default:
      throw new TerminalProtocolError('EVENT has no such kind')
  }
}

function control(fields: Fields): TerminalControl {
  switch (fields['action']) {
    case 'take-size':
    case 'drop-input':
    case 'kill':
      return { action: fields['action'] }
    case 'signal': {
      const signal = terminalSignals.find((known) => known === fields['signal'])
      if (signal === undefined) throw new TerminalProtocolError('CONTROL names no signal of the list')
      return { action: 'signal', signal }
    }
    default:
      throw new TerminalProtocolError('CONTROL has no such action')
  }
}

function string(fields: Fields, name: string, low: number, high: number): string {
  const value = fields[name]
  if (typeof value === 'string' && value.length >= low && value.length <= high) return value
  throw new TerminalProtocolError(`${name} is not a text of ${low} to ${high} characters`)
}

function whole(fields: Fields, name: string, low = 0, high: number = Number.MAX_SAFE_INTEGER): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value
  throw new TerminalProtocolError(`${name} is not a whole number from ${low} to ${high}`)
}

function boolean(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value === 'boolean') return value
  throw new TerminalProtocolError(`${name} is neither true nor false`)
}

function role(fields: Fields): TerminalRole {
  const value = fields['role']
  if (value === 'control' || value === 'view') return value
  throw new TerminalProtocolError('role is neither control nor view')
}
