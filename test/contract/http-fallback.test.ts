/**
 * Terminals where no WebSocket is to be had, from outside: the page's own client, a proxy that breaks upgrades and loses
 * and doubles requests, a worker as a real process.
 */
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectHttp } from '../../console/features/terminal/http-socket.ts'
import { bestTransport, type TransportName } from '../../console/features/terminal/transport.ts'
import { terminalHttp, terminalHttpPath } from '../../contracts/terminal-http.ts'
import { type BadProxy, type Fate, startBadProxy } from '../support/bad-proxy.ts'
import { ada, grace, helloFrame, startHostileWorker, terminalPath } from '../support/hostile-worker.ts'
import { randomFrom } from '../support/random.ts'
import { connectNode, eventually, testViewer } from '../support/terminal-rig.ts'

let worker: Awaited<ReturnType<typeof startHostileWorker>>
let proxy: BadProxy
/** Begun first, for it takes its time. */
let waited: ReturnType<typeof pollInSilence>
const viewers: { close: () => void }[] = []

beforeAll(async () => {
  worker = await startHostileWorker()
  waited = pollInSilence()
  proxy = await startBadProxy(worker.run.port, { ...worker.run.headersOf(ada), origin: worker.run.origin })
})
afterEach(() => {
  for (const viewer of viewers.splice(0)) viewer.close()
  proxy.fate = () => 'pass'
  proxy.upgrades = 'refuse'
})
afterAll(async () => {
  await proxy?.close()
  await worker?.run.stop()
})

/** Ten minutes pass in half a second. */
const hurried = (ms: number) => (ms >= 600_000 ? 500 : ms)

/** Ada's page behind the proxy. */
function page() {
  const used: TransportName[] = []
  const clock = {
    now: () => performance.now(),
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, hurried(ms))
      return () => clearTimeout(timer)
    },
  }
  const socketUrl = `${proxy.url.replace('http', 'ws')}${terminalPath(worker.adas)}`
  const seam = { fetch, wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 10)) }
  const connect = bestTransport({
    socket: connectNode(socketUrl),
    http: connectHttp(worker.adas, seam, proxy.url),
    probe: async () => proxy.upgrades === 'pass',
    memory: { httpUntil: 0 },
    clock,
    using: (name) => used.push(name),
  })
  const viewer = testViewer({ url: socketUrl } as never, { session: worker.adas, connect })
  viewers.push(viewer.client)
  viewer.client.start()
  return { ...viewer, used }
}

async function live(viewer: ReturnType<typeof page>, by: TransportName): Promise<void> {
  await eventually(`live by ${by}`, () => viewer.client.state.name === 'live' && viewer.used.at(-1) === by, 60_000)
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

describe('without a WebSocket', () => {
  it('a terminal is there by plain requests after upgrades were refused', async () => {
    const viewer = page()
    await live(viewer, 'http')
    viewer.client.input('echo pla""in\r')
    await eventually('the echo', () => viewer.text().includes('plain'))
    expect(viewer.used[0]).toBe('socket')
  })

  it('also where a WebSocket opens and then carries nothing', async () => {
    proxy.upgrades = 'swallow'
    const viewer = page()
    await live(viewer, 'http')
    viewer.client.input('echo swal""lowed\r')
    await eventually('the echo', () => viewer.text().includes('swallowed'))
  })

  it('every byte is shown once and typed once, although requests and answers get lost or come twice', async () => {
    const viewer = page()
    await live(viewer, 'http')
    const lines = Array.from({ length: 40_000 }, (_, at) => `${at + 1}`)
    const text = Array.from({ length: 3_000 }, (_, at) => `word-${at} `).join('')
    viewer.client.input(
      `stty -echo -onlcr raw; printf read""y; head -c ${text.length} | sha1sum; i=0; while [ $i -lt 40000 ]; do seq $((i+1)) $((i+1000)); i=$((i+1000)); sleep 0.05; done; printf EN""D\n`,
    )
    await eventually('the program', () => viewer.text().includes('ready'))
    const random = randomFrom(5)
    const fates: Fate[] = []
    proxy.fate = () => {
      const roll = random()
      const fate = roll < 0.1 ? 'lose request' : roll < 0.2 ? 'lose answer' : roll < 0.32 ? 'twice' : 'pass'
      fates.push(fate)
      return fate
    }
    for (let at = 0; at < text.length; at += 90) {
      viewer.client.input(text.slice(at, at + 90))
      if (at % 270 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await eventually('all', () => viewer.text().includes('END'), 90_000)
    const output = viewer.text().slice(viewer.text().indexOf('ready') + 5)
    expect(output.slice(0, 40)).toBe(sha1(text))
    expect(sha1(output.slice(output.indexOf('\n') + 1, output.indexOf('END')))).toBe(sha1(`${lines.join('\n')}\n`))
    for (const fate of ['lose request', 'lose answer', 'twice'] as const)
      expect(fates.filter((each) => each === fate).length, fate).toBeGreaterThan(3)
    viewer.client.input('stty sane\n')
  })

  it('it goes back to a WebSocket when one can be had, and loses nothing on the way', async () => {
    const viewer = page()
    await live(viewer, 'http')
    const at = viewer.bytes().length
    viewer.client.input('for i in $(seq 1 40); do echo step-$i; sleep 0.1; done; echo ov""er\r')
    await eventually('output', () => viewer.text().includes('step-3'))
    proxy.upgrades = 'pass'
    await live(viewer, 'socket')
    await eventually('the end', () => viewer.text().includes('over'))
    const steps = viewer
      .bytes()
      .subarray(at)
      .toString()
      .match(/^step-\d+/gm)
    expect(steps).toEqual(Array.from({ length: 40 }, (_, step) => `step-${step + 1}`))
  })

  it('a request that waits is answered long before any proxy’s 120 s', async () => {
    const { status, ms } = await waited
    expect(status).toBe(204)
    expect(ms).toBeGreaterThan(terminalHttp.holdMs - 1_000)
    expect(ms).toBeLessThan(100_000)
  })
})

/** A poll of grace's silent shell, from the first that has nothing to say. */
async function pollInSilence(): Promise<{ readonly status: number; readonly ms: number }> {
  const headers = {
    ...worker.run.headersOf(grace),
    origin: worker.run.origin,
    'content-type': terminalHttp.contentType,
  }
  const base = `http://127.0.0.1:${worker.run.port}`
  const frame = helloFrame(worker.graces, 'waits')
  const body = Buffer.concat([Buffer.from([0, 0, frame.length >> 8, frame.length & 255]), frame])
  const opened = await fetch(base + terminalHttpPath(worker.graces), { method: 'POST', headers, body })
  const { connection } = (await opened.json()) as { connection: string }
  for (let batch = 0; ; batch += 1) {
    const begun = performance.now()
    const path = `${terminalHttpPath(worker.graces, connection)}?batch=${batch}`
    const { status } = await fetch(base + path, { headers })
    if (status !== 200) return { status, ms: performance.now() - begun }
  }
}
