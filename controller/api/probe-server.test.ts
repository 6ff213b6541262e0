import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { fakeController, fakeView } from '../loop/fake-controller.ts'
import { type ProbeServer, parseBindAddress, serveMetrics, serveProbes } from './probe-server.ts'

let server: ProbeServer
afterEach(() => server.close())

/** Of the answer; fetch would mend what is sent. */
const firstLine = async (port: number, line: string) => {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${line}\r\nhost: probe\r\nconnection: close\r\n\r\n`)
  return (await text(socket)).split('\r\n')[0]
}

const here = { host: '127.0.0.1', port: 0 }
const get = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`)
  return [answer.status, await answer.text()] as const
}

it('is alive whatever the checks say, and ready when they all pass', async () => {
  const controller = fakeController()
  server = await serveProbes(here, controller)
  expect(await get('/healthz')).toEqual([200, 'ok'])
  expect(await get('/healthz?verbose')).toEqual([200, '[+]ping ok\nhealthz check passed\n'])
  expect((await get('/healthz/ping'))[0]).toBe(200)
  expect(await get('/readyz')).toEqual([503, expect.stringContaining('[-]source failed')])
  expect((await get('/readyz?exclude=source'))[0]).toBe(200)
  controller.show(fakeView())
  expect(await get('/readyz')).toEqual([200, 'ok'])
  expect(await get('/readyz?verbose')).toEqual([200, '[+]source ok\nreadyz check passed\n'])
  expect((await get('/readyz/source'))[0]).toBe(200)
  expect((await get('/readyz/other'))[0]).toBe(404)
  expect((await get('/metrics'))[0]).toBe(404)
  expect((await get('/api/workshops'))[0]).toBe(404)
})

it('serves metrics and nothing else', async () => {
  server = await serveMetrics(here, fakeController())
  expect(await get('/metrics')).toEqual([200, 'workshop_looks_total 1\n'])
  expect((await get('/readyz'))[0]).toBe(404)
})

it('outlives a request line that is no address', async () => {
  for (const serve of [serveMetrics, serveProbes]) {
    await server?.close()
    server = await serve(here, fakeController())
    for (const target of ['//', '//[', 'http://[', '/%', '*'])
      expect(await firstLine(server.port, `GET ${target} HTTP/1.1`)).toBe('HTTP/1.1 404 Not Found')
  }
})

it('reads the addresses that people write', async () => {
  server = await serveMetrics(here, fakeController())
  const read = (text: string) => parseBindAddress(text, '--metrics-bind-address')
  expect(read(':8080')).toEqual({ host: '', port: 8080 })
  expect(read('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 })
  expect(read('[::1]:8443')).toEqual({ host: '::1', port: 8443 })
  expect(read('0')).toBeUndefined()
  for (const text of ['8080', ':99999', 'http://x:1', 'a:b']) expect(() => read(text)).toThrow('WO-9001')
})
