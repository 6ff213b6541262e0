/** The edges of term.v1: what a broken, slow or hostile client does to a session, and what it does not. */
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeServer } from '../../contracts/terminal-decode.ts'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { type ClientFrame, type Hello, type ServerFrame, terminalProtocol } from '../../contracts/terminal-protocol.ts'
import { eventually, type Rig, testViewer, withRig } from '../support/terminal-rig.ts'

const hello: Hello = {
  session: 'session',
  client: 'raw',
  inSeq: 0,
  cols: 80,
  rows: 24,
  visible: true,
  role: 'control',
  window: 262_144,
}

/** A client without manners: sends what it is told. */
async function rawClient(rig: Rig, first: Partial<Hello> | 'silent' = {}) {
  const socket = new WebSocket(rig.url, terminalProtocol)
  const frames: ServerFrame[] = []
  let code: number | undefined
  socket.on('message', (data: Buffer) => frames.push(decodeServer(data)))
  socket.on('close', (closed) => {
    code = closed
  })
  socket.on('error', () => {})
  await eventually('open', () => socket.readyState === socket.OPEN)
  const send = (frame: ClientFrame) => socket.send(encodeClient(frame))
  if (first !== 'silent') send({ type: 'hello', hello: { ...hello, ...first } })
  const of = <T extends ServerFrame['type']>(type: T) =>
    frames.filter((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type)
  const output = () => Buffer.concat(of('output').map(({ data }) => data)).toString()
  return { socket, frames, send, of, output, code: () => code }
}

describe('a frame that must not be', () => {
  const bytes =
    (...values: number[]) =>
    (socket: WebSocket) =>
      socket.send(Uint8Array.from(values))
  const frame = (value: ClientFrame) => (socket: WebSocket) => socket.send(encodeClient(value))
  it.for([
    ['an unknown opcode', bytes(0x99), 4400],
    ['an empty message', bytes(), 4400],
    ['a text message', (socket: WebSocket) => socket.send('hi'), 4400],
    ['a message of 17 MB', (socket: WebSocket) => socket.send(Buffer.alloc(17_000_000)), 1009],
    ['HELLO twice', frame({ type: 'hello', hello }), 4400],
    ['ACK beyond what was sent', frame({ type: 'ack', offset: 1e9 }), 4400],
    ['INPUT with a gap before it', frame({ type: 'input', inSeq: 7, data: Uint8Array.of(65) }), 4400],
  ] as const)('closes the connection and not the session: %s', ([, send, code]) =>
    withRig('read a; echo "[$a]"; read b', async (rig) => {
      const client = await rawClient(rig)
      await eventually('WELCOME', () => client.of('welcome').length === 1)
      send(client.socket)
      await eventually('the close', () => client.code() !== undefined)
      expect(client.code()).toBe(code)
      const next = await rawClient(rig, { client: 'another' })
      next.send({ type: 'input', inSeq: 0, data: Buffer.from('well\r') })
      await eventually('the echo', () => next.output().includes('[well]'))
    }),
  )

  it('closes the connection: HELLO for another session, or no HELLO first', () =>
    withRig('read a', async (rig) => {
      const other = await rawClient(rig, { session: 'other' })
      const none = await rawClient(rig, 'silent')
      none.send({ type: 'ack', offset: 0 })
      await eventually('both closes', () => other.code() === 4400 && none.code() === 4400)
      expect(rig.session.info().viewers).toBe(0)
    }))

  it('closes the connection: typing of a watcher, which reaches nothing', () =>
    withRig(
      'read a; echo "[$a]"',
      async (rig) => {
        const watcher = await rawClient(rig, { role: 'control' })
        await eventually('WELCOME', () => watcher.of('welcome').length === 1)
        expect(watcher.of('welcome')[0]?.welcome.role).toBe('view')
        watcher.send({ type: 'input', inSeq: 0, data: Buffer.from('x\r') })
        await eventually('the close', () => watcher.code() === 4400)
        expect(rig.session.info().lastInputAt).toBeUndefined()
      },
      { role: 'view' },
    ))
})

describe('coming back', () => {
  it.for([
    ['at the end', (end: number) => end, undefined],
    ['at the oldest byte', (end: number) => end - 16_384, undefined],
    ['one before the oldest', (end: number) => end - 16_385, 1],
    ['beyond the end', (end: number) => end + 1, 1],
    ['in another epoch', (end: number) => end, 2],
  ] as const)('%s', ([name, from, why]) =>
    withRig(
      'seq 1 9000; read a',
      async (rig) => {
        await eventually('all output', () => rig.session.ring.end === 52_893)
        const first = await rawClient(rig)
        await eventually('WELCOME', () => first.of('welcome').length === 1)
        const { epoch = '', live = 0 } = first.of('welcome')[0]?.welcome ?? {}
        const again = await rawClient(rig, { epoch: name.includes('epoch') ? 'old' : epoch, from: from(live) })
        await eventually('the replaced socket', () => first.code() === 4409)
        await eventually(
          'the rest',
          () => again.of('reset').length > 0 || name === 'at the end' || again.of('output').length > 0,
        )
        expect(again.of('reset')[0]?.why).toBe(why)
        if (name.includes('oldest byte')) expect(again.of('output')[0]?.offset).toBe(from(live))
      },
      { ringBytes: 16_384 },
    ),
  )

  it('after a drop between INPUT and INPUT_ACK types the key once', () =>
    withRig('read a; echo "[$a]"; read b', async (rig) => {
      const first = await rawClient(rig)
      first.send({ type: 'input', inSeq: 0, data: Buffer.from('ab') })
      await eventually('the key', () => first.output().includes('ab'))
      const { epoch = '' } = first.of('welcome')[0]?.welcome ?? {}
      const again = await rawClient(rig, { epoch })
      again.send({ type: 'input', inSeq: 0, data: Buffer.from('abc\r') })
      await eventually('the line', () => again.output().includes('[abc]'))
    }))

  it('to a new program throws typing for the old one away', () =>
    withRig('read a', async (rig) => {
      let dropped = 0
      const viewer = testViewer(rig, { events: { inputDropped: (bytes) => (dropped += bytes) } })
      viewer.client.start()
      await eventually('live', () => viewer.client.state.name === 'live')
      viewer.client.close()
      viewer.client.input('rm -rf old\r')
      const env = { PATH: '/usr/bin:/bin' }
      rig.session.restart({ file: '/bin/sh', args: ['-c', 'echo new; read a; echo "[$a]"; read b'], env, cwd: '/' })
      viewer.client.start()
      await eventually('the new program', () => viewer.text().includes('new'))
      viewer.client.input('hello\r')
      await eventually('its answer', () => viewer.text().includes('['))
      expect(viewer.text()).toContain('[hello]')
      expect(dropped).toBe(11)
    }))

  it('late finds the exit after the last byte', () =>
    withRig('head -c 60000 /dev/zero | tr "\\0" x; printf END; exit 7', async (rig) => {
      await eventually('the end', () => rig.session.exit !== undefined)
      const client = await rawClient(rig)
      await eventually('EXIT', () => client.of('exit').length === 1)
      expect(client.frames.at(-1)?.type).toBe('exit')
      expect(client.output().endsWith('END')).toBe(true)
      expect(client.of('exit')[0]).toEqual({ type: 'exit', offset: 60_003, exit: { code: 7, signal: 0 } })
    }))
})

describe('a slow viewer', () => {
  it('holds up nobody, is sent no more than its window, and gets one RESET at the end', () =>
    withRig('read a; yes abcdefghijklmnopqrstuvwxyz | head -c 3000000; printf END; read b', async (rig) => {
      const slow = await rawClient(rig, { client: 'slow', role: 'view', window: 65_536 })
      const fast = testViewer(rig)
      fast.client.start()
      await eventually('both', () => rig.session.info().viewers === 2)
      fast.client.input('\r')
      await eventually('the end', () => fast.text().endsWith('END'))
      expect(slow.output().length).toBe(65_536)
      slow.send({ type: 'ack', offset: 65_536 })
      await eventually('RESET', () => slow.of('reset').length === 2)
      fast.client.close()
    }))

  it('that acknowledges less than a step is not waited for for ever', () =>
    withRig('read a; head -c 2000000 /dev/zero | tr "\\0" x; printf END; read b', async (rig) => {
      const viewer = testViewer(rig, { parseMs: 1, window: 40_000 })
      viewer.client.start()
      viewer.client.input('\r')
      await eventually('all of it', () => viewer.text().endsWith('END'))
      viewer.client.close()
    }))
})

describe('several viewers', () => {
  it('have the size of the one last used, before its key goes in; hidden ones never count', () =>
    withRig('while read a; do stty size; done', async (rig) => {
      const desk = testViewer(rig, { size: { cols: 120, rows: 40, visible: true } })
      const phone = testViewer(rig, { size: { cols: 44, rows: 20, visible: false } })
      desk.client.start()
      await eventually('the desk', () => rig.session.info().cols === 120)
      phone.client.start()
      await eventually('both', () => rig.session.info().viewers === 2)
      expect(rig.session.info().cols).toBe(120)
      phone.client.resize(44, 20, true)
      await eventually('the phone', () => rig.session.info().cols === 44)
      desk.client.input('\r')
      await eventually('the desk again', () => desk.text().includes('40 120'))
      phone.client.close()
      desk.client.close()
    }))

  it.for([
    ['all of it', 262_144, ''],
    ['a screen model', 16_384, '\\033[2J'],
    ['a screen model and half a sequence', 16_384, '\\033[2J\\033]0;'],
  ] as const)('are told the size that counts when theirs is another than that of the past: %s', ([, ringBytes, draw]) =>
    withRig(
      `seq 1 6000; printf '${draw}before'; read a; stty size; read b`,
      async (rig) => {
        await eventually('all output', () => rig.session.ring.end > 20_000)
        const wide = testViewer(rig, { size: { cols: 120, rows: 40, visible: true } })
        wide.client.start()
        await eventually('the past', () => wide.text().includes('before'))
        await eventually('its size', () => `${wide.sizes.at(-1)}` === '120,40')
        const narrow = testViewer(rig, { size: { cols: 60, rows: 20, visible: true } })
        narrow.client.start()
        await eventually('both', () => `${narrow.sizes.at(-1)}` === '60,20' && `${wide.sizes.at(-1)}` === '60,20')
        wide.client.input('\r')
        await eventually('the program has it', () => narrow.text().includes('40 120'))
        await eventually('both again', () => `${narrow.sizes.at(-1)}` === '120,40')
        wide.client.close()
        narrow.client.close()
      },
      { ringBytes },
    ),
  )

  it.for([
    [0, 0, 80, 24],
    [1, 1, 2, 1],
    [65_535, 65_535, 1_000, 500],
  ] as const)('asking for %i × %i get a size that programs can bear', ([cols, rows, atCols, atRows]) =>
    withRig('read a', async (rig) => {
      const client = await rawClient(rig, { cols, rows })
      await eventually('WELCOME', () => client.of('welcome').length === 1)
      expect(client.of('welcome')[0]?.welcome).toMatchObject({ cols: atCols, rows: atRows })
    }),
  )

  it('are bounded, and refused with a reason', () =>
    withRig(
      'read a',
      async (rig) => {
        const first = await rawClient(rig, { client: 'a' })
        await eventually('WELCOME', () => first.of('welcome').length === 1)
        const second = await rawClient(rig, { client: 'b' })
        await eventually('the refusal', () => second.code() === 4429)
      },
      { limits: { viewers: 1 } },
    ))
})

describe('a program that does not read', () => {
  it('is told as stalled, gives way to ^C, and costs others nothing', () =>
    withRig('sleep 60; echo "over $?"; read a', async (rig) => {
      const stalls: boolean[] = []
      const viewer = testViewer(rig, { events: { stall: ({ on }) => stalls.push(on) } })
      viewer.client.start()
      await eventually('live', () => viewer.client.state.name === 'live')
      viewer.client.input('a line of a long paste\r'.repeat(20_000))
      await eventually('the stall', () => stalls.includes(true))
      viewer.client.dropInput()
      await eventually('the end of the stall', () => stalls.at(-1) === false)
      viewer.client.control({ action: 'signal', signal: 'SIGINT' })
      await eventually(
        'the end of the program',
        () => viewer.client.state.name === 'ended' || viewer.text().includes('over'),
      )
      viewer.client.close()
    }))
})
