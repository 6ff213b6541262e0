/** HTTP and WebSocket written byte by byte over TCP: for what no honest client would send. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface RawRequest {
  readonly port: number
  readonly method?: string
  /** The request line's target, sent as it is. */
  readonly target: string
  /** Pairs, so that one name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number
  /** Status line, headers and what came with them. */
  readonly head: string
  readonly socket: Socket
}

const handshake = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const

/** Opens a connection, sends one request and resolves with the first that comes back. The caller destroys the socket. */
export function rawRequest({ port, method = 'GET', target, headers, body = '' }: RawRequest): Promise<RawAnswer> {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
    socket.write(`${method} ${target} HTTP/1.1\r\nhost: worker\r\n${lines}\r\n${body}`)
  })
  return new Promise((resolve) => {
    let text = ''
    const done = () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), head: text, socket })
    socket.on('error', () => {})
    socket.on('close', done)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.includes('\r\n\r\n')) done()
    })
  })
}

/** Asks for a WebSocket at `target`. Status 101: the socket is one. `null` leaves the subprotocol out. */
export function rawUpgrade(
  port: number,
  target: string,
  headers: RawRequest['headers'],
  protocol: string | null = 'term.v1',
): Promise<RawAnswer> {
  const named = protocol === null ? [] : [['sec-websocket-protocol', protocol] as const]
  return rawRequest({ port, target, headers: [...handshake, ...named, ...headers] })
}

export interface FrameWishes {
  /** 1 text, 2 binary, 9 ping. */
  readonly opcode?: number
  /** Says that the message is compressed. */
  readonly compressed?: boolean
  /** What the header claims, when it is not the truth. */
  readonly length?: number
}

/** A client's WebSocket frame, masked as the protocol asks. */
export function rawFrame(data: Uint8Array, { opcode = 2, compressed = false, length }: FrameWishes = {}): Buffer {
  const said = length ?? data.length
  const head = Buffer.alloc(said < 126 ? 2 : said < 65_536 ? 4 : 10)
  head[0] = 0x80 | (compressed ? 0x40 : 0) | opcode
  head[1] = 0x80 | (said < 126 ? said : said < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(said, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(said), 2)
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, data.map((byte, at) => byte ^ (mask[at % 4] ?? 0))])
}

/** The code of the close frame that ends what a server has sent; undefined when there is none. */
export function closeCodeOf(received: Buffer): number | undefined {
  const at = received.lastIndexOf(0x88)
  return at === -1 || received.length < at + 4 ? undefined : received.readUInt16BE(at + 2)
}
