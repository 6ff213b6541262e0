/** Both ways to carry a viewer's WebSocket, over real connections: they must not be told apart from outside. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { loadPty, type OwnNative } from '../pty-native.ts'
import { NativeSocket } from './native-socket.ts'
import { connectTo, servingSockets } from './sockets.fixture.ts'
import type { TerminalSocket } from './terminal-socket.ts'

const loaded = loadPty()
const carriers: readonly (readonly [string, OwnNative | null])[] = [
  ...(loaded.kind === 'own' ? [['our native part', loaded.native] as const] : []),
  ['ws', null],
]
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function serving(native: OwnNative | null, serve: (socket: TerminalSocket) => void): Promise<number> {
  const { port, close } = await servingSockets(serve, native)
  ends.push(close)
  return port
}

async function client(port: number): Promise<WebSocket> {
  const socket = await connectTo(port)
  ends.push(() => socket.terminate())
  return socket
}

const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve))
const echo = (socket: TerminalSocket) => {
  socket.listen({ message: (data) => socket.send(data.subarray(0, 3), data.subarray(3)), pong: () => {} })
}

function handshake(): string {
  const key = randomBytes(16).toString('base64')
  return [
    ...['GET / HTTP/1.1', 'host: localhost', 'connection: upgrade', 'upgrade: websocket'],
    ...['sec-websocket-version: 13', `sec-websocket-key: ${key}`, `sec-websocket-protocol: ${terminalProtocol}`],
  ].join('\r\n')
}

/** The handshake and `more` in one packet, as bytes. */
function spoken(port: number, more: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(Buffer.concat([Buffer.from(`${handshake()}\r\n\r\n`), more]))
    })
    ends.push(() => socket.destroy())
    socket.on('data', (data) => chunks.push(data))
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(Buffer.concat(chunks)))
  })
}

describe.each(carriers)("a viewer's socket carried by %s", (_name, native) => {
  it('carries messages of every size, both ways', async () => {
    const socket = await client(await serving(native, echo))
    for (const length of [3, 4, 125, 126, 127, 1_023, 1_024, 1_025, 65_535, 65_536]) {
      const message = randomBytes(length)
      const answer = new Promise<Buffer>((resolve) => socket.once('message', resolve))
      socket.send(message)
      expect((await answer).equals(message), `${length} bytes`).toBe(true)
    }
  })

  it('keeps what a slow viewer has no room for, in order, and says when it is gone', async () => {
    const servers: TerminalSocket[] = []
    const socket = await client(await serving(native, (one) => void servers.push(one)))
    const [server] = servers
    socket.pause()
    const chunk = Buffer.alloc(60_000)
    let sent = 0
    for (; sent < 2_000 && (server?.queued() ?? 0) === 0; sent++) server?.send(Buffer.from(chunk.fill(sent % 251)))
    expect(server?.queued()).toBeGreaterThan(0)
    let drained = 0
    server?.onDrained(() => {
      drained = server?.queued() === 0 ? 1 : -1
    })
    const seen: number[] = []
    socket.on('message', (data: Buffer) => {
      if (data.length !== chunk.length || data[0] !== data.at(-1)) seen.push(-1)
      else seen.push(data[0] ?? -1)
    })
    socket.resume()
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(sent)
    expect(seen).toEqual(Array.from({ length: sent }, (_, i) => i % 251))
    await expect.poll(() => drained).toBe(1)
  })

  it('tells the viewer why it closes, and ends', async () => {
    let gone = 0
    const port = await serving(native, (socket) => {
      socket.onClosed(() => void gone++)
      socket.listen({ message: () => socket.close(4_003, 'é'.repeat(100)), pong: () => {} })
    })
    const socket = await client(port)
    const reason = new Promise<string>((resolve) => socket.once('close', (_code, text) => resolve(text.toString())))
    const code = closed(socket)
    socket.send('go')
    expect([await code, await reason]).toEqual([4_003, 'é'.repeat(60)])
    await expect.poll(() => gone).toBe(1)
  })

  it('answers a close of the viewer, and its pings', async () => {
    let gone = 0
    const port = await serving(native, (socket) => {
      socket.onClosed(() => void gone++)
      echo(socket)
    })
    const socket = await client(port)
    const pong = new Promise<Buffer>((resolve) => socket.once('pong', resolve))
    socket.ping('hello')
    expect((await pong).toString()).toBe('hello')
    const code = closed(socket)
    socket.close(4_321)
    expect(await code).toBe(4_321)
    await expect.poll(() => gone).toBe(1)
  })

  it('hears what came in the same packet as the handshake', async () => {
    const frame = [0x82, 0x84, 0, 0, 0, 0, ...Buffer.from('hasty'.slice(0, 4))]
    const close = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]
    const answer = await spoken(await serving(native, echo), Uint8Array.from([...frame, ...close]))
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /)
    expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).toString('latin1')).toBe(
      '\u0082\u0004hast\u0088\u0002\u0003\u00e8',
    )
  })

  it.for([
    ['a frame without a mask', [0x82, 0x01, 0x41], 1002],
    ['a message of 2^40 bytes', [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ] as const)('ends with a word for %s', async ([, frame, code]) => {
    const answer = await spoken(await serving(native, echo), Uint8Array.from(frame))
    const said = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
    expect([said[0], said.readUInt16BE(2)]).toEqual([0x88, code])
  })

  it('is gone at once when a reset follows what the viewer said', async () => {
    const heard: string[] = []
    const port = await serving(native, (socket) => {
      socket.onClosed(() => void heard.push('gone'))
      socket.listen({ message: (data) => void heard.push(data.toString()), pong: () => {} })
    })
    for (let i = 0; i < 10; i++) {
      const raw = connect(port, '127.0.0.1')
      raw.on('error', () => {})
      raw.write(`${handshake()}\r\n\r\n`)
      await new Promise((resolve) => raw.once('data', resolve))
      raw.write(Uint8Array.from([0x82, 0x82, 0, 0, 0, 0, ...Buffer.from('hi')]))
      raw.resetAndDestroy()
      await expect.poll(() => heard.splice(0).at(-1), { timeout: 2_000 }).toBe('gone')
    }
  })

  it.runIf(native !== null)('takes nothing in behind a close', async () => {
    const port = await serving(native, echo)
    const close = Uint8Array.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])
    const zeros = Buffer.alloc(1_000_000)
    const raw = connect(port, '127.0.0.1')
    ends.push(() => raw.destroy())
    raw.on('error', () => {}).resume()
    raw.write(`${handshake()}\r\n\r\n`)
    raw.write(close)
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before)
    }, 1)
    for (let i = 0; i < 60; i++) raw.write(zeros)
    await new Promise((resolve) => setTimeout(resolve, 500))
    clearInterval(watch)
    expect(most).toBeLessThan(50_000_000)
  })

  it('is gone once when the viewer is cut off, and leaves no descriptor behind', async () => {
    let open = 0
    let gone = 0
    const port = await serving(native, (socket) => {
      open++
      socket.onClosed(() => void gone++)
      echo(socket)
    })
    const descriptors = () => readdirSync('/proc/self/fd').length
    ;(await client(port)).terminate()
    await expect.poll(() => gone).toBe(1)
    const before = descriptors()
    for (let i = 0; i < 50; i++) {
      const socket = await client(port)
      if (i % 2 === 0) socket.terminate()
      else socket.close()
    }
    await expect.poll(() => gone).toBe(51)
    expect(open).toBe(51)
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 2)
  })
})

it('is carried by our native part where that loads', async () => {
  const sockets: TerminalSocket[] = []
  await client(await serving(loaded.kind === 'own' ? loaded.native : null, (socket) => sockets.push(socket)))
  expect(sockets[0] instanceof NativeSocket).toBe(loaded.kind === 'own')
})
