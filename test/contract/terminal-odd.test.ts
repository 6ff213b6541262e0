/** Odd programs, odd bytes and odd clients of term.v1: edges 11, 13, 16 to 18, 21, 22 and 30 of the terminal's list. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeServer } from '../../contracts/terminal-decode.ts'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { type ClientFrame, type ServerFrame, terminalProtocol } from '../../contracts/terminal-protocol.ts'
import { eventually, type Rig, testViewer, withRig } from '../support/terminal-rig.ts'

function live(rig: Rig, more: Parameters<typeof testViewer>[1] = {}) {
  const viewer = testViewer(rig, more)
  viewer.client.start()
  return viewer
}

const sha1 = (bytes: Buffer | string) => createHash('sha1').update(bytes).digest('hex')

describe('bytes', () => {
  it('that are no UTF-8, and NULs, pass unchanged', () =>
    withRig(
      // Octal escapes of 00 ff fe c0 af ed a0 80 f5, a thousand times.
      `stty raw -echo; read go; i=0; while [ $i -lt 1000 ]; do printf '\\000\\377\\376\\300\\257\\355\\240\\200\\365'; i=$((i+1)); done; printf END; read stay`,
      async (rig) => {
        const viewer = live(rig)
        viewer.client.input('go\n')
        await eventually('the end', () => viewer.bytes().subarray(-3).toString('latin1') === 'END')
        const piece = Buffer.from([0, 0xff, 0xfe, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf5])
        expect(sha1(viewer.bytes().subarray(-9_003, -3))).toBe(sha1(Buffer.concat(Array(1_000).fill(piece))))
        viewer.client.close()
      },
    ))

  it('of a paste of 256 KB, its brackets and its letters cut anywhere by frames, arrive as they were', () => {
    const text = `\u001b[200~${'Grüße, 世界 🌍 '.repeat(12_500)}\u001b[201~`
    const length = Buffer.byteLength(text)
    return withRig(`stty raw -echo; printf ready; head -c ${length} | sha1sum; read stay`, async (rig) => {
      const viewer = live(rig)
      await eventually('the program', () => viewer.text().includes('ready'))
      viewer.client.input(text)
      await eventually('the sum', () => viewer.text().includes('-'))
      expect(length).toBeGreaterThan(256_000)
      expect(viewer.text()).toContain(sha1(text))
      viewer.client.close()
    })
  })

  it.for([4_096, 65_536] as const)(
    'that fill the ring of %i exactly, once and again, are whole to who keeps up',
    (size) =>
      withRig(
        // A piece at a time: what is more than the ring before anybody could take it is nobody's to keep up with.
        `stty raw -echo; printf x; for more in -1 0 0; do read go; head -c $((${size} + more)) /dev/zero | tr '\\000' x; done; read go; printf END; read stay`,
        async (rig) => {
          const viewer = live(rig)
          await eventually('the program', () => viewer.text() === 'x')
          const resets = viewer.resets()
          for (const total of [size, size * 2, size * 3, size * 3 + 3]) {
            viewer.client.input('go\n')
            await eventually(`${total} bytes`, () => viewer.bytes().length === total)
          }
          expect([viewer.text().endsWith('xEND'), viewer.resets()]).toEqual([true, resets])
          // What went the short way is in the books some ms later.
          await eventually('the books', () => rig.session.ring.end === size * 3 + 3)
          const late = live(rig)
          await eventually('the late one', () => late.text().includes('END'))
          for (const { client } of [viewer, late]) client.close()
        },
        { ringBytes: size },
      ),
  )
})

describe('a program', () => {
  it('that ends while its background child holds the terminal is told as ended, once', () =>
    withRig('(sleep 5; echo late) & printf bye; exit 3', async (rig) => {
      const viewer = live(rig)
      await eventually('the end', () => viewer.client.state.name === 'ended')
      expect(viewer.client.state).toMatchObject({ end: { why: 'exit', exit: { code: 3 } } })
      expect(viewer.text()).toContain('bye')
      expect(viewer.states.filter((state) => state === 'ended')).toHaveLength(1)
      viewer.client.close()
    }))

  it('that asks what the terminal is gets its answer although nobody is attached', () =>
    withRig(
      `stty raw -echo min 0 time 50; printf '\\033[c'; answer=$(dd bs=1 count=7 2>/dev/null | od -An -c | tr -d ' \\n'); printf 'got %s END' "$answer"; sleep 30`,
      async (rig) => {
        await eventually('the answer', () => rig.session.ring.end > 10)
        const viewer = live(rig)
        await eventually('what it got', () => viewer.text().includes('END'))
        expect(viewer.text()).toContain('got 033[?1;2c END')
        viewer.client.close()
      },
    ))

  it('that sleeps under a paste of 1 MB costs no processor and no other session its speed', () =>
    withRig('stty raw -echo; printf ready; sleep 60', async (sleeper) =>
      withRig('stty raw -echo; printf ready; cat', async (rig) => {
        const pasting = live(sleeper)
        const typing = live(rig)
        await eventually('both', () => [pasting, typing].every((viewer) => viewer.text().includes('ready')))
        pasting.client.input('x'.repeat(1_000_000))
        await new Promise((resolve) => setTimeout(resolve, 700))
        const before = process.cpuUsage()
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        const { user, system } = process.cpuUsage(before)
        expect((user + system) / 1_500_000).toBeLessThan(0.1)
        const begun = performance.now()
        for (let at = 0; at < 20; at += 1) {
          const length = typing.bytes().length
          typing.client.input('y')
          await eventually('the echo', () => typing.bytes().length > length)
        }
        // A machine under load; without the other session's paste it is the same.
        expect((performance.now() - begun) / 20).toBeLessThan(100)
        for (const { client } of [pasting, typing]) client.close()
      }),
    ))
})

describe('a client', () => {
  it('that acknowledges less than before loses nothing by it', () =>
    withRig('read a; seq 1 20000; printf END; read b', async (rig) => {
      const socket = new WebSocket(rig.url, terminalProtocol)
      const frames: ServerFrame[] = []
      const send = (frame: ClientFrame) => socket.send(encodeClient(frame))
      let code: number | undefined
      socket.on('close', (closed) => {
        code = closed
      })
      let text = ''
      socket.on('message', (data: Buffer) => {
        const frame = decodeServer(new Uint8Array(data))
        frames.push(frame)
        if (frame.type !== 'output') return
        text += Buffer.from(frame.data).toString('latin1')
        send({ type: 'ack', offset: frame.offset + frame.data.length })
        send({ type: 'ack', offset: Math.max(0, frame.offset - 1) })
      })
      await new Promise((resolve) => socket.once('open', resolve))
      const view = { cols: 80, rows: 24, visible: true, role: 'control', window: 65_536 } as const
      send({ type: 'hello', hello: { session: 'session', client: 'backwards', inSeq: 0, ...view } })
      await eventually('WELCOME', () => frames.some(({ type }) => type === 'welcome'))
      send({ type: 'input', inSeq: 0, data: Buffer.from('\r') })
      await eventually('all of it', () => text.endsWith('END'))
      expect(code).toBeUndefined()
      socket.close()
    }))

  it('whose window is dragged resizes the program some times, and to the last size', () =>
    withRig(
      `n=0; trap 'n=$((n+1))' WINCH; printf ready; while :; do read line && echo "$n times, $(stty size)"; done`,
      async (rig) => {
        const viewer = live(rig)
        await eventually('the program', () => viewer.text().includes('ready'))
        for (let at = 0; at < 300; at += 1) {
          viewer.client.resize(60 + (at % 100), 20 + (at % 30), true)
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
        viewer.client.resize(91, 33, true)
        await eventually('the last size', () => rig.session.info().cols === 91)
        viewer.client.input('\r')
        await eventually('the count', () => /(\d+) times, 33 91/.test(viewer.text()))
        const times = Number(/(\d+) times, 33 91/.exec(viewer.text())?.[1])
        expect(times).toBeGreaterThan(0)
        expect(times).toBeLessThan(60)
        viewer.client.close()
      },
    ))
})
