/**
 * Bytes of a client to WebSocket messages (RFC 6455), however the network has cut them. Strict: what a browser would not
 * send ends the connection. Masks are taken off in place.
 */
import { wsOpcode } from './message-head.ts'

/** The frame must not be; `closeCode` is what the peer is told. */
export class BrokenMessage extends Error {
  readonly closeCode: number

  constructor(closeCode: number, message: string) {
    super(message)
    this.closeCode = closeCode
  }
}

export interface MessageEvents {
  /** `data` is valid only during the call. */
  readonly message: (data: Buffer, isBinary: boolean) => void
  readonly ping: (data: Buffer) => void
  readonly pong: () => void
  /** The peer's close; 1005 when it gave no code. */
  readonly close: (code: number) => void
  /** Is anybody still listening? Asked between messages. */
  readonly isOver: () => boolean
}

const protocolError = 1002
const tooLarge = 1009
const noCode = 1005
/** Two bytes, a length of up to eight, a mask of four. */
const longestHead = 14
const maxControl = 125
/** So many pieces are put together: single bytes must not cost a buffer each. */
const maxParts = 64

interface Head {
  readonly final: boolean
  readonly opcode: number
  /** Where the payload begins and ends, counted from the head's first byte. */
  readonly start: number
  readonly end: number
}

export class MessageReader {
  readonly #maxPayload: number
  readonly #events: MessageEvents
  /** The beginning of a frame that has not come whole; `#heldBytes` of it count. */
  #held: Buffer = Buffer.alloc(0)
  #heldBytes = 0
  /** Pieces of a message in several frames. */
  #parts: Buffer[] = []
  #partBytes = 0
  #partsOpcode: number | undefined

  /** `maxPayload`: bytes of one message, over all its frames. */
  constructor(maxPayload: number, events: MessageEvents) {
    this.#maxPayload = maxPayload
    this.#events = events
  }

  /** Did all that came end with a whole message? */
  get isIdle(): boolean {
    return this.#heldBytes === 0 && this.#partsOpcode === undefined
  }

  /** Takes what has come, and changes it. @throws BrokenMessage */
  read(bytes: Buffer): void {
    const input = this.#heldBytes === 0 ? bytes : this.#hold(bytes)
    let at = 0
    while (!this.#events.isOver()) {
      const head = this.#head(input, at)
      if (head === undefined || at + head.end > input.length) break
      this.#take(head, unmasked(input, at + head.start, at + head.end))
      at += head.end
    }
    this.#keep(input, at)
  }

  /** Appends to what is held. */
  #hold(bytes: Buffer): Buffer {
    const length = this.#heldBytes + bytes.length
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, Math.min(2 * length, this.#maxPayload + longestHead)))
      grown.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = grown
    }
    this.#held.set(bytes, this.#heldBytes)
    this.#heldBytes = length
    return this.#held.subarray(0, length)
  }

  /** Keeps what lies behind `at`. */
  #keep(input: Buffer, at: number): void {
    const isHeld = this.#heldBytes > 0
    this.#heldBytes = input.length - at
    if (this.#heldBytes === 0) {
      if (isHeld) this.#held = Buffer.alloc(0)
    } else if (!isHeld) this.#held = Buffer.from(input.subarray(at))
    else this.#held.copyWithin(0, at, input.length)
  }

  /** The head at `at`; undefined when it has not come whole. */
  #head(bytes: Buffer, at: number): Head | undefined {
    if (bytes.length - at < 2) return undefined
    const first = bytes[at] ?? 0
    const second = bytes[at + 1] ?? 0
    const short = second & 0x7f
    const opcode = first & 0x0f
    const final = first >= 0x80
    if ((first & 0x70) !== 0) throw new BrokenMessage(protocolError, 'a reserved bit is set')
    if (second < 0x80) throw new BrokenMessage(protocolError, 'a frame is not masked')
    this.#checkKind(opcode, final, short)
    const start = short < 126 ? 6 : short === 126 ? 8 : longestHead
    if (bytes.length - at < start) return undefined
    let length = short
    if (short === 126) length = bytes.readUInt16BE(at + 2)
    else if (short === 127) length = bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6)
    if (length > this.#maxPayload - (opcode < wsOpcode.close ? this.#partBytes : 0)) {
      throw new BrokenMessage(tooLarge, 'a message is too large')
    }
    return { final, opcode, start, end: start + length }
  }

  #checkKind(opcode: number, final: boolean, length: number): void {
    if (opcode >= wsOpcode.close) {
      if (opcode > wsOpcode.pong) throw new BrokenMessage(protocolError, `there is no opcode ${opcode}`)
      if (!final || length > maxControl)
        throw new BrokenMessage(protocolError, 'a control frame is in pieces or too long')
    } else if (opcode > wsOpcode.binary) {
      throw new BrokenMessage(protocolError, `there is no opcode ${opcode}`)
    } else if ((opcode === wsOpcode.continuation) !== (this.#partsOpcode !== undefined)) {
      throw new BrokenMessage(protocolError, 'the pieces of a message are out of order')
    }
  }

  #take({ opcode, final }: Head, data: Buffer): void {
    if (opcode === wsOpcode.ping) this.#events.ping(data)
    else if (opcode === wsOpcode.pong) this.#events.pong()
    else if (opcode === wsOpcode.close) this.#events.close(closeCodeOf(data))
    else if (final && this.#partsOpcode === undefined) this.#events.message(data, opcode === wsOpcode.binary)
    else this.#collect(opcode, final, data)
  }

  #collect(opcode: number, final: boolean, data: Buffer): void {
    this.#partsOpcode ??= opcode
    this.#partBytes += data.length
    // Empty pieces count for nothing, or they could be sent for ever.
    if (data.length > 0) this.#parts.push(Buffer.from(data))
    if (this.#parts.length === maxParts) this.#parts = [Buffer.concat(this.#parts)]
    if (!final) return
    const whole = Buffer.concat(this.#parts)
    const isBinary = this.#partsOpcode === wsOpcode.binary
    this.#parts = []
    this.#partBytes = 0
    this.#partsOpcode = undefined
    this.#events.message(whole, isBinary)
  }
}

/** The mask stands in the four bytes before `start`. */
function unmasked(bytes: Buffer, start: number, end: number): Buffer {
  for (let at = start; at < end; at++) bytes[at] = (bytes[at] ?? 0) ^ (bytes[start - 4 + ((at - start) & 3)] ?? 0)
  return bytes.subarray(start, end)
}

/** Codes that may stand in a close frame (RFC 6455 7.4). */
function closeCodeOf(data: Buffer): number {
  if (data.length === 0) return noCode
  const code = data.length === 1 ? 0 : data.readUInt16BE(0)
  const isKnown = (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || code >= 3000
  if (!isKnown || code > 4999) throw new BrokenMessage(protocolError, 'a close gives no valid code')
  return code
}
