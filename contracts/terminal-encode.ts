/** Frames of `term.v1` to bytes. Throws TerminalProtocolError when a value does not fit its field: our own mistake. */
import {
  type ClientFrame,
  opcode,
  type ServerFrame,
  TerminalProtocolError,
  terminalLimits,
} from './terminal-protocol.ts'

const text = new TextEncoder()

/** Bytes before the payload of OUTPUT. */
export const outputHeader = 9

/** One frame of a client. */
export function encodeClient(frame: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case 'hello':
      return json(opcode.hello, frame.hello)
    case 'ack':
      return offsetFrame(opcode.ack, frame.offset)
    case 'input':
      return dataFrame(opcode.input, frame.inSeq, frame.data)
    case 'resize': {
      const { bytes, view } = blank(opcode.resize, 6)
      setU16(view, 1, frame.cols)
      setU16(view, 3, frame.rows)
      view.setUint8(5, frame.visible ? 1 : 0)
      return bytes
    }
    case 'control':
      return json(opcode.control, frame.control)
    default:
      return encodeBeat(frame)
  }
}

/** One frame of the server. */
export function encodeServer(frame: ServerFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case 'welcome':
      return json(opcode.welcome, frame.welcome)
    case 'output':
      return dataFrame(opcode.output, frame.offset, frame.data)
    case 'reset': {
      const { bytes, view } = blank(opcode.reset, 22)
      setU64(view, 1, frame.offset)
      setU64(view, 9, frame.live)
      setU16(view, 17, frame.cols)
      setU16(view, 19, frame.rows)
      view.setUint8(21, frame.why)
      return bytes
    }
    case 'replay': {
      checkData(frame.data)
      const { bytes, view } = blank(opcode.replay, 10 + frame.data.length)
      setU64(view, 1, frame.offset)
      view.setUint8(9, frame.last ? 1 : 0)
      bytes.set(frame.data, 10)
      return bytes
    }
    case 'inputAck':
      return offsetFrame(opcode.inputAck, frame.inSeq)
    case 'inputStall': {
      const { bytes, view } = blank(opcode.inputStall, 6)
      view.setUint8(1, frame.on ? 1 : 0)
      setU32(view, 2, frame.queued)
      return bytes
    }
    case 'size': {
      const { bytes, view } = blank(opcode.size, 17)
      setU16(view, 1, frame.cols)
      setU16(view, 3, frame.rows)
      setU32(view, 5, frame.owner)
      setU64(view, 9, frame.offset)
      return bytes
    }
    case 'exit': {
      const { bytes, view } = blank(opcode.exit, 14)
      setU64(view, 1, frame.offset)
      setI32(view, 9, frame.exit.code)
      view.setUint8(13, within(frame.exit.signal, 0, 255))
      return bytes
    }
    case 'event':
      return json(opcode.event, frame.event)
    default:
      return encodeBeat(frame)
  }
}

/** Writes the header of an OUTPUT frame in place; the payload follows at `outputHeader`. The server's hot path. */
export function writeOutputHeader(bytes: Uint8Array, offset: number): void {
  within(offset, 0, Number.MAX_SAFE_INTEGER)
  bytes[0] = opcode.output
  let rest = offset
  for (let at = outputHeader - 1; at > 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function encodeBeat(frame: { readonly type: 'ping' | 'pong'; readonly time: number }): Uint8Array<ArrayBuffer> {
  return offsetFrame(opcode[frame.type], frame.time)
}

function offsetFrame(op: number, value: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = blank(op, 9)
  setU64(view, 1, value)
  return bytes
}

function dataFrame(op: number, offset: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  checkData(data)
  const { bytes, view } = blank(op, 9 + data.length)
  setU64(view, 1, offset)
  bytes.set(data, 9)
  return bytes
}

function json(op: number, body: object): Uint8Array<ArrayBuffer> {
  const payload = text.encode(JSON.stringify(body))
  if (payload.length > terminalLimits.maxJson) throw new TerminalProtocolError('a JSON body is too long')
  const { bytes } = blank(op, 1 + payload.length)
  bytes.set(payload, 1)
  return bytes
}

function blank(op: number, length: number): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(length)
  bytes[0] = op
  return { bytes, view: new DataView(bytes.buffer) }
}

function checkData(data: Uint8Array): void {
  if (data.length > terminalLimits.maxData) throw new TerminalProtocolError('a payload is too long')
}

function setU16(view: DataView, at: number, value: number): void {
  view.setUint16(at, within(value, 0, 0xffff))
}

function setU32(view: DataView, at: number, value: number): void {
  view.setUint32(at, within(value, 0, 0xffff_ffff))
}

function setI32(view: DataView, at: number, value: number): void {
  view.setInt32(at, within(value, -0x8000_0000, 0x7fff_ffff))
}

function setU64(view: DataView, at: number, value: number): void {
  within(value, 0, Number.MAX_SAFE_INTEGER)
  view.setUint32(at, Math.floor(value / 0x1_0000_0000))
  view.setUint32(at + 4, value >>> 0)
}

function within(value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw new TerminalProtocolError(`${value} is not a whole number from ${low} to ${high}`)
}
