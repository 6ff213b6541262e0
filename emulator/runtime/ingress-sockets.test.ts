import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Door, refusal } from './ingress.fixture.ts'

let door: Door

beforeEach(async () => {
  door = await new Door().open()
})

afterEach(() => door.close())

describe('passing WebSockets on', () => {
  it('joins the two sides, in order and unharmed, with the identity headers on the handshake', async () => {
    const socket = door.socket('/pty', {
      cookie: await door.signedIn('ada@example.com'),
      'x-forwarded-email': 'root@example.com',
    })
    const [hello] = await once(socket, 'message')
    expect(JSON.parse(String(hello))).toMatchObject({ 'x-forwarded-email': 'ada@example.com', upgrade: 'websocket' })
    const blocks = Array.from({ length: 200 }, (_, index) => Buffer.alloc(20_000, index))
    const echoed: Buffer[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (data) => echoed.push(data as Buffer) === blocks.length && resolve())
    })
    for (const block of blocks) socket.send(block)
    await all
    expect(Buffer.concat(echoed).equals(Buffer.concat(blocks))).toBe(true)
    const [side] = door.sockets.clients
    side?.close(4000, 'bye')
    const [code, reason] = await once(socket, 'close')
    expect([code, String(reason)]).toEqual([4000, 'bye'])
  })

  it('refuses without sign-in, without permission, when stopped and when told that the network has none', async () => {
    expect(await refusal(door.socket('/pty', {}))).toBe(401)
    expect(await refusal(door.socket('/pty', { cookie: await door.signedIn('bob@example.com') }))).toBe(403)
    const cookie = await door.signedIn('ada@example.com')
    expect(await refusal(door.socket('/pty', { cookie }, 'other'))).toBe(404)
    door.ingress.configure({ refuseWebSockets: true })
    expect(await refusal(door.socket('/pty', { cookie }))).toBe(400)
    door.ingress.configure({ refuseWebSockets: false })
    door.state = 'down'
    expect(await refusal(door.socket('/pty', { cookie }))).toBe(503)
    door.state = { port: 1 }
    expect(await refusal(door.socket('/pty', { cookie }))).toBe(502)
  })

  it("passes on the app's own refusal and then ends the connection, so that nothing can follow unchecked", async () => {
    door.sockets.options.verifyClient = (_info: unknown, done: (ok: boolean, code: number, text: string) => void) =>
      done(false, 418, 'no tea')
    const cookie = await door.signedIn('ada@example.com')
    const raw = connect(door.port, '127.0.0.1')
    const handshake = `Host: ${door.hostOf('hub')}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket`
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13'
    const second = 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n'
    raw.write(`GET /pty HTTP/1.1\r\n${handshake}\r\n${key}\r\n\r\n${second}`)
    let seen = ''
    for await (const chunk of raw) seen += chunk
    expect(seen).toMatch(/^HTTP\/1.1 418 .*\r\n/)
    expect(seen).not.toContain('second')
  })

  it('cuts idle connections when told to, and all of an app at once', async () => {
    const cookie = await door.signedIn('ada@example.com')
    const socket = door.socket('/pty', { cookie })
    await once(socket, 'message')
    expect(door.ingress.cutWebSockets('w1')).toBe(0)
    expect(door.ingress.cutWebSockets('hub')).toBe(1)
    expect((await once(socket, 'close'))[0]).toBe(1006)
    const idle = door.socket('/pty', { cookie })
    await once(idle, 'message')
    door.ingress.configure({ webSocketIdleMs: 1 })
    expect((await once(idle, 'close'))[0]).toBe(1006)
  })
})

describe('the log', () => {
  it('is a page and a stream that sends what matches the first frame, then what is new', async () => {
    door.log.clear()
    door.log.add('APP', 'apple one')
    door.log.add('APP', 'pear')
    const cookie = await door.signedIn('ada@example.com')
    expect((await door.send('/logz', { cookie })).body).toContain('Logs of hub')
    const socket = door.socket('/logz/stream', { cookie })
    await once(socket, 'open')
    socket.send('Apple')
    const first = JSON.parse(String((await once(socket, 'message'))[0]))
    expect(first).toEqual({ source: 'APP', timestamp: 1_700_000_000.5, message: 'apple one' })
    door.log.add('APP', 'plum')
    door.log.add('SYSTEM', 'apple two')
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({
      source: 'SYSTEM',
      message: 'apple two',
    })
    socket.close()
    await once(socket, 'close')
  })

  it('says by close code who may not read, and takes OAuth bearers', async () => {
    expect((await once(door.socket('/logz/stream', {}), 'close'))[0]).toBe(4401)
    expect(
      (await once(door.socket('/logz/stream', { cookie: await door.signedIn('bob@example.com') }), 'close'))[0],
    ).toBe(4403)
    const socket = door.socket('/logz/stream', {
      authorization: 'Bearer oauth-sp',
      origin: `http://${door.hostOf('hub')}`,
    })
    await once(socket, 'open')
    socket.terminate()
    expect(await refusal(door.socket('/logz/stream', { origin: 'http://evil.example' }))).toBe(403)
  })
})
