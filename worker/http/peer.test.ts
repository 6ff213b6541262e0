import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { isProxyPeer, type PeerView } from './peer.ts'
import { endpoint } from './tcp-table.ts'

const view = (changes: Partial<PeerView> = {}): PeerView => ({
  sockets: () => [],
  parentHolds: () => false,
  isOwnAddress: () => false,
  trustRemote: true,
  ...changes,
})
const ends = (peer: string) => ({
  remoteAddress: peer,
  remotePort: 50_000,
  localAddress: peer.startsWith('::') ? '::ffff:127.0.0.1' : '127.0.0.1',
  localPort: 8000,
})
const row = (inode: number) => {
  const [local, remote] = [endpoint('127.0.0.1', 50_000), endpoint('127.0.0.1', 8000)]
  return local && remote ? [{ local, remote, inode }] : []
}

const held = () => true

describe('telling the proxy from a stranger', () => {
  it.for([
    ['believes a peer whose socket our parent holds', '127.0.0.1', { sockets: () => row(5), parentHolds: held }, true],
    ['finds it under its mapped name', '::ffff:127.0.0.1', { sockets: () => row(5), parentHolds: held }, true],
    ['not a local peer that somebody else holds', '127.0.0.1', { sockets: () => row(5) }, false],
    ['not a local peer whose socket is gone', '127.0.0.1', { sockets: () => row(0), parentHolds: held }, false],
    ['not a loopback peer that is in no table', '127.0.0.1', {}, false],
    ["not a peer under the machine's own address", '10.0.0.9', { isOwnAddress: () => true }, false],
    ['believes a peer from elsewhere on the platform', '10.0.0.9', {}, true],
    ['not one from elsewhere under a loopback workspace', '10.0.0.9', { trustRemote: false }, false],
  ] as readonly (readonly [string, string, Partial<PeerView>, boolean])[])('%s', ([, peer, changes, expected]) => {
    expect(isProxyPeer(ends(peer), view(changes))).toBe(expected)
  })

  it('believes nobody when the connection is gone', () => {
    const nothing = { remoteAddress: undefined, remotePort: undefined, localAddress: undefined, localPort: undefined }
    expect(isProxyPeer(nothing, view())).toBe(false)
  })
})

const forged = { 'x-forwarded-email': 'ada@example.com', 'x-forwarded-user': 'ada' }
const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
})

/** A server process of ours, started by this test, which is thereby its parent and plays the proxy. */
async function startServer(host: string): Promise<number> {
  const fixture = fileURLToPath(new URL('peer-server.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, [fixture, host], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  return Number(String(line))
}

/** The same request from another process, as a participant's own program would send it. */
async function askFromChild(url: string): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify(forged)} }).then((a) => a.text()).then(console.log)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [answer] = await once(child.stdout, 'data')
  return String(answer).trim()
}

describe.runIf(process.platform === 'linux')('a real process with forged headers', () => {
  it.for([['127.0.0.1'], ['::']] as const)('is a stranger on %s while its parent is the proxy', async ([host]) => {
    const port = await startServer(host)
    const urls = [`http://127.0.0.1:${port}/`, ...(host === '::' ? [`http://[::1]:${port}/`] : [])]
    for (const url of urls) {
      expect(await (await fetch(url, { headers: forged })).text()).toBe('proxy')
      expect(await askFromChild(url)).toBe('stranger')
    }
  })

  it("is a stranger under the machine's own address too", async () => {
    const port = await startServer('0.0.0.0')
    const own = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)
    if (!own) return
    expect(await askFromChild(`http://${own.address}:${port}/`)).toBe('stranger')
  })
})
