/** Server-sent events of the fleet: everything once, then every change, with a heartbeat so that proxies keep the line open. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Controller } from '../loop/controller.ts'
import { EventLog, eventText } from './event-log.ts'

const heartbeatMs = 15_000
/** A reader this many bytes behind is cut off; it comes back with Last-Event-ID. */
const maxBacklog = 4_000_000

/** Adds GET /api/events. Streams end when the server closes. */
export function addEventStream(server: FastifyInstance, controller: Controller, startedAt: number): void {
  const log = new EventLog(startedAt)
  const readers = new Set<ServerResponse>()

  const send = (reader: ServerResponse, text: string) => {
    if (reader.writableLength > maxBacklog) reader.destroy()
    else reader.write(text)
  }
  const unsubscribe = controller.subscribe((event) => {
    const text = eventText(log.add(event))
    for (const reader of readers) send(reader, text)
  })
  const heartbeat = setInterval(() => {
    for (const reader of readers) send(reader, ': still here\n\n')
  }, heartbeatMs)
  heartbeat.unref()

  server.addHook('preClose', async () => {
    unsubscribe()
    clearInterval(heartbeat)
    for (const reader of readers) reader.end()
  })

  server.get('/api/events', (request, reply) => {
    const reader = reply.raw
    reply.hijack()
    reader.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, value ?? ''])),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    const lastEventId = request.headers['last-event-id']
    const missed = log.since(Number(typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : Number.NaN))
    const catchUp =
      missed ?? controller.views().map((data) => ({ id: log.lastId, event: { type: 'workshop', data } as const }))
    reader.write(`retry: 2000\n\n${catchUp.map(eventText).join('')}`)
    readers.add(reader)
    reader.on('close', () => readers.delete(reader))
    reader.on('error', () => readers.delete(reader))
  })
}
