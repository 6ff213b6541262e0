import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../databricks/client/clock.ts'
import { KubeApi } from './api.ts'
import type { KubeObject } from './objects.ts'
import { Watcher } from './watcher.ts'

/** An API server of one collection that misbehaves as told. */
interface Stub {
  readonly requests: { readonly at: number; readonly watch: boolean; readonly version: string | null }[]
  readonly watcher: Watcher<KubeObject>
  readonly changes: string[]
  readonly troubles: unknown[]
  items: readonly KubeObject[]
  /** Takes a request away from the good answer; true when it did. */
  misbehave: (request: URL, response: ServerResponse, message: IncomingMessage) => boolean
  /** Sends one line on every open watch. */
  readonly send: (line: unknown) => void
  readonly close: () => Promise<void>
}

const object = (name: string, version: number, uid = name): KubeObject => ({
  metadata: { name, namespace: 'default', uid, resourceVersion: String(version) },
})

async function startStub(): Promise<Stub> {
  const open = new Set<ServerResponse>()
  const server = createServer((message, response) => {
    const url = new URL(message.url ?? '', 'http://stub')
    const watch = url.searchParams.has('watch')
    stub.requests.push({ at: performance.now(), watch, version: url.searchParams.get('resourceVersion') })
    if (stub.misbehave(url, response, message)) return
    response.setHeader('content-type', 'application/json')
    if (!watch) {
      response.end(JSON.stringify({ metadata: { resourceVersion: '10' }, items: stub.items }))
      return
    }
    open.add(response)
    response.on('close', () => open.delete(response))
    response.flushHeaders()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const login = {
    server: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    namespace: 'default',
    isInCluster: false,
    hasProxy: false,
    apply: async () => undefined,
  }
  const api = new KubeApi({ login, relogin: async () => login, clock: systemClock, random: () => 0.5 })
  const changes: string[] = []
  const troubles: unknown[] = []
  const watcher = new Watcher<KubeObject>({
    api,
    path: '/things',
    onChange: (keys) => changes.push(...keys),
    onTrouble: (error) => troubles.push(error),
    clock: systemClock,
    random: () => 0.5,
    pace: { backoffMs: [10, 60], silentMs: 300 },
  })
  const stub: Stub = {
    requests: [],
    watcher,
    changes,
    troubles,
    items: [object('a', 1), object('b', 2)],
    misbehave: () => false,
    send: (line) => {
      for (const response of open) response.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    },
    close: async () => {
      await watcher.stop()
      api.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return stub
}

async function until(done: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!done()) {
    if (performance.now() > deadline) throw new Error('did not come')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

let stub: Stub
afterEach(() => stub.close())

const lists = () => stub.requests.filter(({ watch }) => !watch).length

describe('a watcher', () => {
  it('lists, then follows, and forgets what was deleted', async () => {
    stub = await startStub()
    await stub.watcher.start()
    await until(() => !stub.watcher.isBlind)
    stub.send({ type: 'MODIFIED', object: object('a', 11) })
    stub.send({ type: 'DELETED', object: object('b', 12) })
    await until(() => stub.changes.length === 4)
    expect(stub.changes).toEqual(['default/a', 'default/b', 'default/a', 'default/b'])
    expect(stub.watcher.keys()).toEqual(['default/a'])
    expect(stub.watcher.get('default/a')?.metadata.resourceVersion).toBe('11')
  })

  it.for([
    ['an error event', { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }],
    ['a status', undefined],
  ] as const)(
    'lists anew when its version has expired, told by %s, and sees what went meanwhile',
    async ([, event]) => {
      stub = await startStub()
      let refuse = event === undefined
      stub.misbehave = (url, response) => {
        if (!refuse || !url.searchParams.has('watch')) return false
        refuse = false
        response.writeHead(410).end('{"reason":"Expired","code":410}')
        return true
      }
      await stub.watcher.start()
      stub.items = [object('a', 1, 'another')]
      if (event) {
        await until(() => !stub.watcher.isBlind)
        stub.send(event)
      }
      await until(() => lists() === 2)
      await until(() => !stub.watcher.isBlind)
      expect(stub.watcher.keys()).toEqual(['default/a'])
      expect(stub.watcher.get('default/a')?.metadata.uid).toBe('another')
    },
  )

  it('tells what an answer to our own write holds: the watch will not tell it again', async () => {
    stub = await startStub()
    await stub.watcher.start()
    await until(() => !stub.watcher.isBlind)
    stub.changes.length = 0
    stub.watcher.learn(object('a', 12))
    stub.watcher.learn(object('a', 9))
    stub.watcher.learn(object('a', 13, 'another'))
    expect(stub.changes).toEqual(['default/a'])
    stub.send({ type: 'MODIFIED', object: object('a', 11) })
    stub.send({ type: 'MODIFIED', object: object('b', 14) })
    await until(() => stub.changes.includes('default/b'))
    expect(stub.changes).toEqual(['default/a', 'default/b'])
    expect(stub.watcher.get('default/a')?.metadata.resourceVersion).toBe('12')
  })

  it('waits as long as a busy server asks', async () => {
    stub = await startStub()
    let left = 1
    stub.misbehave = (url, response) => {
      if (!url.searchParams.has('watch') || left === 0) return false
      left -= 1
      response.writeHead(429, { 'retry-after': '1' }).end('{}')
      return true
    }
    await stub.watcher.start()
    await until(() => !stub.watcher.isBlind)
    const [first, second] = stub.requests.filter(({ watch }) => watch)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990)
  })

  it('takes silence for a cut and goes on from where it was, with growing waits while the server fails', async () => {
    stub = await startStub()
    let failing = false
    stub.misbehave = (_url, _response, message) => {
      if (failing) message.socket.destroy()
      return failing
    }
    await stub.watcher.start()
    await until(() => !stub.watcher.isBlind)
    stub.send({ type: 'BOOKMARK', object: object('', 77) })
    await new Promise((resolve) => setTimeout(resolve, 30))
    failing = true
    stub.send('not json')
    await until(() => stub.watcher.counts.unreadable === 1)
    await until(() => stub.troubles.length >= 4)
    expect(stub.watcher.isBlind).toBe(true)
    failing = false
    await until(() => !stub.watcher.isBlind)
    expect(stub.requests.at(-1)).toMatchObject({ watch: true, version: '77' })
    expect(lists()).toBe(1)
  })

  it('does not storm a server that ends every watch at once', async () => {
    stub = await startStub()
    stub.misbehave = (url, response) => {
      if (!url.searchParams.has('watch')) return false
      response.end()
      return true
    }
    await stub.watcher.start()
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(stub.requests.length).toBeLessThan(25)
    expect(stub.requests.length).toBeGreaterThan(5)
  })

  it('tries again after a first list that failed, and is blind until then', async () => {
    stub = await startStub()
    let left = 3
    stub.misbehave = (_url, response) => {
      if (left === 0) return false
      left -= 1
      response.writeHead(left === 1 ? 403 : 500).end('{}')
      return true
    }
    const started = stub.watcher.start()
    expect(stub.watcher.isBlind).toBe(true)
    await started
    await until(() => !stub.watcher.isBlind)
    expect(stub.watcher.keys()).toHaveLength(2)
  })
})
