/** What people and programs may try on a terminal: floods, half-open sockets, endless sequences, forged titles. */
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeServer } from '../../contracts/terminal-decode.ts'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { type ClientFrame, type ServerFrame, terminalProtocol } from '../../contracts/terminal-protocol.ts'
import { loadPty } from '../../worker/terminal/pty-native.ts'
import { eventually, type Rig, testViewer, withRig } from '../support/terminal-rig.ts'

/** A raw client that keeps what it got and reads no further when told so. */
async function rawClient(rig: Rig, client = 'raw') {
  const socket = new WebSocket(rig.url, terminalProtocol)
  const frames: ServerFrame[] = []
  let code: number | undefined
  socket.on('message', (data: Buffer) => frames.push(decodeServer(new Uint8Array(data))))
  socket.on('close', (closed) => {
    code = closed
  })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('open', resolve))
  const view = { cols: 80, rows: 24, visible: true, role: 'control', window: 262_144 } as const
  const send = (frame: ClientFrame) => socket.send(encodeClient(frame))
  send({ type: 'hello', hello: { session: 'session', client, inSeq: 0, ...view } })
  return { socket, frames, send, code: () => code }
}

const openFiles = () => readdirSync('/proc/self/fd').length
const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

/** Longest wait of this process' event loop while `run` goes on, in ms. */
async function longestStall(run: () => Promise<unknown>): Promise<number> {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 10)
    last = performance.now()
  }, 10)
  await run()
  clearInterval(timer)
  return longest
}

describe('floods and half-open sockets', () => {
  it('of a hundred thousand one-byte keys type each once and keep the others served', () =>
    withRig('stty raw -echo; printf ready; head -c 100000 | wc -c; read stay', async (rig) => {
      const flood = await rawClient(rig)
      await eventually('ready', () => rig.session.ring.end > 0)
      let sent = 0
      const acked = () => flood.frames.findLast((frame) => frame.type === 'inputAck')?.inSeq ?? 0
      while (sent < 100_000) {
        for (let i = 0; i < 5_000 && sent < 100_000; i++, sent++) {
          flood.send({ type: 'input', inSeq: sent, data: Uint8Array.of(120) })
        }
        await eventually('room', () => acked() >= sent - 50_000)
      }
      const other = testViewer(rig)
      other.client.start()
      await eventually('the count', () => other.text().includes('100000'))
      other.client.close()
    }))

  it('that outrun the input window close the connection and not the session', () =>
    withRig('sleep 30', async (rig) => {
      const flood = await rawClient(rig)
      for (let at = 0; at < 1_000_000; at += 50_000) {
        flood.send({ type: 'input', inSeq: at, data: new Uint8Array(50_000) })
      }
      await eventually('the close', () => flood.code() === 4400)
      expect(rig.session.exit).toBeUndefined()
    }))

  it('that never say HELLO or never finish the upgrade leave no descriptor behind', () =>
    withRig('read a', async (rig) => {
      const { port } = new URL(rig.url)
      const before = openFiles()
      const silent = await Promise.all(
        Array.from({ length: 20 }, () => {
          const socket = new WebSocket(rig.url, terminalProtocol)
          socket.on('error', () => {})
          return new Promise<WebSocket>((resolve) => socket.once('open', () => resolve(socket)))
        }),
      )
      const slow = Array.from({ length: 20 }, () => {
        const socket = connect(Number(port), '127.0.0.1')
        socket.on('error', () => {})
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: webso')
        return socket
      })
      await eventually('the time-out', () => silent.every((socket) => socket.readyState === WebSocket.CLOSED))
      for (const socket of slow) socket.destroy()
      await eventually('closed files', () => openFiles() <= before)
      expect(rig.session.info().viewers).toBe(0)
    }))

  it('of fifty viewers that all come back in one moment show everything to each', () =>
    withRig(
      'seq 1 20000; read go; echo "[$go]"; read stay',
      async (rig) => {
        await eventually('output', () => rig.session.ring.end > 120_000)
        const viewers = Array.from({ length: 50 }, () => testViewer(rig))
        for (const { client } of viewers) client.start()
        await eventually('all', () => viewers.every((viewer) => viewer.text().endsWith('20000\r\n')))
        rig.cut()
        const begun = performance.now()
        await eventually('none', () => viewers.some((viewer) => viewer.client.state.name !== 'live'))
        await eventually('all again', () => viewers.every((viewer) => viewer.client.state.name === 'live'))
        expect(performance.now() - begun).toBeLessThan(5_000)
        viewers[0]?.client.input('go\r')
        await eventually('the answer', () => viewers.every((viewer) => viewer.text().endsWith('[go]\r\n')))
        expect(viewers.every((viewer) => viewer.resets() === 1)).toBe(true)
        for (const { client } of viewers) client.close()
      },
      { limits: { viewers: 60 } },
    ))
})

describe('output that means harm', () => {
  it.for([
    ['50 MB of random bytes', 'head -c 50000000 /dev/urandom'],
    ['a sixel picture', 'printf "\\033Pq"; head -c 4000000 /dev/zero | tr "\\0" "~"; printf "\\033\\\\"'],
    ['an unfinished OSC', 'printf "\\033]52;c;"; head -c 4000000 /dev/zero | tr "\\0" A'],
    ['an unfinished DCS', 'printf "\\033P"; head -c 4000000 /dev/zero | tr "\\0" A'],
    ['repeat bombs', 'for i in $(seq 1 2000); do printf "x\\033[2147483647b"; done'],
    ['a million columns', 'printf "\\033[8;1000000;1000000t\\033[999999999C\\033[999999999Bx"; seq 1 60000'],
  ] as const)('bounds memory and snapshot, and stalls nobody: %s', ([, script]) =>
    withRig(`stty -echo; read go; ${script}; printf '\\033c\\033\\\\'; sleep 0.2; exit 5`, async (rig) => {
      const before = residentMb()
      const stall = await longestStall(async () => {
        const viewer = testViewer(rig)
        viewer.client.start()
        viewer.client.input('go\r')
        await eventually('the end', () => rig.session.exit !== undefined)
        viewer.client.close()
      })
      const { bytes, offset } = await rig.session.replay()
      expect(bytes.length).toBeLessThan(1_000_000)
      expect(rig.session.ring.end - offset).toBeLessThanOrEqual(rig.session.ring.capacity)
      expect(residentMb() - before).toBeLessThan(200)
      // The machine may be busy; a bomb that is expanded here would take far longer.
      expect(stall).toBeLessThan(2_000)
    }),
  )

  it('in titles is inert and short', () =>
    withRig(
      `printf '\\033]2;<img src=x onerror=alert(1)>\\007'; sleep 0.2
       printf '\\033]0;safe\\342\\200\\256gnp.exe \\302\\233 \\001 end\\007'; sleep 0.2
       printf '\\033]2;'; head -c 1000000 /dev/zero | tr '\\0' T; printf '\\007'; read stay`,
      async (rig) => {
        const client = await rawClient(rig)
        const titles = () =>
          client.frames.flatMap((frame) =>
            frame.type === 'event' && frame.event.kind === 'title'
              ? [frame.event.title]
              : frame.type === 'welcome'
                ? [frame.welcome.title]
                : [],
          )
        const reader = testViewer(rig)
        reader.client.start()
        await eventually('the million', () => rig.session.ring.end > 1_000_000)
        for (const title of [...titles(), rig.session.info().title]) {
          expect(title.length).toBeLessThanOrEqual(256)
          expect(title).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
        }
        expect(titles().join()).toContain('safegnp.exe')
        reader.client.close()
      },
    ))

  it('in questions of the past types nothing into the program when replayed', () =>
    withRig(
      `stty raw -echo; printf '\\033[c\\033[6n\\033P$qm\\033\\\\\\033[21t\\033]11;?\\007ready'; sleep 0.4; dd bs=64 count=1 2>/dev/null | od -c`,
      async (rig) => {
        await eventually('the questions', () => rig.session.ring.end > 20)
        const first = await rawClient(rig, 'a')
        const second = await rawClient(rig, 'b')
        await eventually('both', () =>
          [first, second].every(({ frames }) => frames.some((frame) => frame.type === 'reset')),
        )
        for (const { frames } of [first, second]) {
          const welcome = frames.find((frame) => frame.type === 'welcome')
          const reset = frames.find((frame) => frame.type === 'reset')
          // All of it lies before `live`: a browser mutes its answers.
          expect(welcome?.welcome.live).toBe(rig.session.ring.end)
          expect(reset?.live).toBe(rig.session.ring.end)
        }
        expect(rig.session.info().lastInputAt).toBeUndefined()
      },
    ))
})

describe('what typing looks like', () => {
  it.runIf(loadPty().kind === 'own')('is told before a password can be typed, and again after it', () =>
    withRig('stty -echo; printf Password:; read secret; stty echo; echo "[ok]"; read stay', async (rig) => {
      const client = await rawClient(rig)
      const ttys = () =>
        client.frames.flatMap((frame) => (frame.type === 'event' && frame.event.kind === 'tty' ? [frame.event] : []))
      const output = () =>
        Buffer.concat(client.frames.flatMap((frame) => (frame.type === 'output' ? [frame.data] : []))).toString()
      await eventually('the question', () => output().includes('Password:'))
      await eventually('no echo', () => ttys().at(-1)?.echo === false)
      expect(ttys().at(-1)).toEqual({ kind: 'tty', echo: false, canonical: true, alternate: false })
      client.send({ type: 'input', inSeq: 0, data: Buffer.from('secret\r') })
      await eventually('the answer', () => output().includes('[ok]'))
      await eventually('echo', () => ttys().at(-1)?.echo === true)
      expect(output()).not.toContain('secret')
    }),
  )
})
