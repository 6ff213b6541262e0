/** Hostile cases 11 and 12 against a worker as a real process: floods, and connections that say too little. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeServer } from '../../contracts/terminal-decode.ts'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import { terminalLimits } from '../../contracts/terminal-protocol.ts'
import { ada, collect, grace, helloFrame, startHostileWorker, terminalPath } from '../support/hostile-worker.ts'
import { closeCodeOf, rawFrame, rawUpgrade } from '../support/raw-socket.ts'
import { eventually } from '../support/terminal-rig.ts'

/** More on demand: each costs the worker a look at the kernel's table of connections. */
const upgrades = Number(process.env['HOSTILE_UPGRADES'] ?? 400)
let worker: Awaited<ReturnType<typeof startHostileWorker>>
/** Connections that say too little, and when they were closed; they are judged at the end. */
const slow = new Map<Socket, number | undefined>()
let filesBefore = 0

beforeAll(async () => {
  worker = await startHostileWorker()
  filesBefore = worker.openFiles()
  await holdSlowConnections()
})
afterAll(async () => {
  for (const socket of slow.keys()) socket.destroy()
  await worker?.run.stop()
})

/** Case 12: upgrades and requests that never end, upgraded sockets that never say HELLO, and viewers that never answer a ping. */
async function holdSlowConnections(): Promise<void> {
  const hold = (socket: Socket) => {
    slow.set(socket, undefined)
    socket.on('close', () => slow.set(socket, performance.now()))
  }
  const begun = ['GET ', `GET ${terminalPath(worker.adas)} HTTP/1.1\r\nhost: a\r\nupgrade: webso`, '']
  for (let at = 0; at < 60; at += 1) {
    const socket = connect(worker.run.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(begun[at % begun.length] ?? '')
    hold(socket)
  }
  const head = worker.as(ada, { 'content-type': 'application/json', 'content-length': '9' })
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  for (let at = 0; at < 5; at += 1) {
    const socket = connect(worker.run.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(`POST /api/sessions HTTP/1.1\r\nhost: worker\r\n${lines}\r\n{`)
    hold(socket)
  }
  for (let at = 0; at < 5; at += 1) {
    const { socket, status } = await rawUpgrade(worker.run.port, terminalPath(worker.adas), worker.as(ada))
    expect(status).toBe(101)
    hold(socket)
    // Half of them say HELLO, and then nothing, not even to pings.
    if (at % 2 === 0) socket.write(rawFrame(helloFrame(worker.adas, `half-open-${at}`)))
  }
}

describe('case 11: floods', () => {
  it('of upgrades take few places, and none of anybody else', async () => {
    const begun = performance.now()
    const open: Socket[] = []
    for (let sent = 0; sent < upgrades; sent += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => rawUpgrade(worker.run.port, terminalPath(worker.adas), worker.as(ada))),
      )
      for (const { status, socket } of answers) {
        if (status === 101) open.push(socket)
        else {
          expect(status).toBe(429)
          socket.destroy()
        }
      }
    }
    const tookMs = performance.now() - begun
    // Who says nothing gives the place to another in time, which a slow machine lives to see.
    const byPlaces = 40 * (1 + Math.floor(tookMs / terminalLimits.helloMs))
    const byRate = 60 + 2 * (tookMs / 1_000)
    expect(open.length).toBeLessThanOrEqual(Math.min(byPlaces, byRate))
    const other = await worker.attach(grace, worker.graces)
    other.type('echo st""ill\n')
    await other.see(/still/)
    other.close()
    for (const socket of open) socket.destroy()
    await eventually('free places', () => worker.openFiles() < filesBefore + 100)
  })

  it('of one frame of 100 MB end with its header', async () => {
    const before = worker.residentMb()
    const socket = await places()
    const received = collect(socket)
    socket.write(rawFrame(new Uint8Array(1_000), { length: 100_000_000 }))
    const chunk = Buffer.alloc(1_000_000)
    for (let sent = 0; sent < 100 && !socket.destroyed; sent += 1) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
    }
    await eventually('the close', () => closeCodeOf(received()) === 1009 || socket.destroyed)
    socket.destroy()
    expect(worker.residentMb() - before).toBeLessThan(60)
  })

  it('of what says that it is compressed are refused: compression is never agreed on', async () => {
    const offer = { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' }
    const { socket, head, status } = await retried(() =>
      rawUpgrade(worker.run.port, terminalPath(worker.adas), worker.as(ada, offer)),
    )
    expect([status, /sec-websocket-extensions/i.test(head)]).toEqual([101, false])
    const received = collect(socket)
    socket.write(rawFrame(new Uint8Array(100), { compressed: true }))
    await eventually('the close', () => closeCodeOf(received()) === 1002 || socket.destroyed)
    socket.destroy()
  })

  it('of output to a client that never reads cost no memory, and no time of anybody else', async () => {
    const socket = await places()
    socket.write(rawFrame(helloFrame(worker.adas, 'deaf')))
    socket.pause()
    const reader = await swiftReader()
    const before = worker.residentMb()
    reader.type('yes abcdefghijklmnopqrstuvwxyz | head -c 60000000; echo al""l\n')
    const other = await worker.attach(grace, worker.graces)
    for (let at = 0; at < 5; at += 1) {
      other.type(`echo pi""ng-${at}\n`)
      await other.see(new RegExp(`ping-${at}`))
    }
    await eventually('the end', () => reader.tail().includes('all'), 60_000)
    expect(worker.residentMb() - before).toBeLessThan(80)
    for (const each of [reader, other]) each.close()
    socket.destroy()
  })

  /** A viewer of ada's terminal that takes everything in and keeps only the end. */
  async function swiftReader() {
    const headers = Object.fromEntries(worker.as(ada))
    const socket = new WebSocket(`ws://127.0.0.1:${worker.run.port}${terminalPath(worker.adas)}`, 'term.v1', {
      headers,
    })
    let tail = ''
    socket.on('message', (data: Buffer) => {
      const frame = decodeServer(data)
      if (frame.type !== 'output') return
      tail = (tail + Buffer.from(frame.data).toString('latin1')).slice(-200)
      socket.send(encodeClient({ type: 'ack', offset: frame.offset + frame.data.length }))
    })
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(helloFrame(worker.adas, 'swift'))
    return {
      tail: () => tail,
      type: (line: string) => socket.send(encodeClient({ type: 'input', inSeq: 0, data: Buffer.from(line) })),
      close: () => socket.close(),
    }
  }

  /** An upgraded socket of ada's, once her places have come back. */
  const places = async () =>
    (await retried(() => rawUpgrade(worker.run.port, terminalPath(worker.adas), worker.as(ada)))).socket

  async function retried(ask: () => ReturnType<typeof rawUpgrade>) {
    for (let left = 100; ; left -= 1) {
      const answer = await ask()
      if (answer.status === 101 || left === 0) return answer
      answer.socket.destroy()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
})

const once = (socket: Socket, event: string) => new Promise((resolve) => socket.once(event, resolve))

describe('case 12: connections that say too little', () => {
  it('are closed within their time-outs and leave no descriptor behind', async () => {
    await eventually('all closed', () => [...slow.values()].every((at) => at !== undefined), 60_000)
    await eventually('descriptors back', () => worker.openFiles() <= filesBefore + 5)
    const begun = await worker.attach(ada, worker.adas)
    begun.close()
  })
})
