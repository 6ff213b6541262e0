/** Bodies in, answers out: JSON with a size limit, and streams that mind the reader's pace. */

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadRequest, type Frame, isObject, type JsonObject } from './conversation.ts'

/** Longest request; conversations of agents with pictures stay below it. */
const maxBodyBytes = 32 * 1024 * 1024

/** @throws BadRequest when the body is too long or no JSON object (or list, where `takesList`) */
export async function readJson(request: IncomingMessage, takesList = false): Promise<JsonObject> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size <= maxBodyBytes) chunks.push(chunk as Buffer)
  }
  if (size > maxBodyBytes) throw new BadRequest('the request is longer than 32 MB')
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest('the body is not valid JSON')
  }
  if (!isObject(value) && !(takesList && Array.isArray(value))) throw new BadRequest('the body must be a JSON object')
  return value as JsonObject
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/**
 * Streams frames, each paced one after a pause. Stops when the client goes away.
 * @param isArray frames are `data: {…}` events; write their JSON as one array instead
 */
export async function sendFrames(
  response: ServerResponse,
  frames: Iterable<Frame>,
  delayMs: number,
  isArray: boolean,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const type = isArray ? 'application/json' : 'text/event-stream; charset=utf-8'
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  let before = '['
  for (const frame of frames) {
    if (frame.isPaced === true && delayMs > 0) await sleep(delayMs, undefined, { signal: gone.signal }).catch(() => {})
    if (gone.signal.aborted) return
    const text = isArray ? before + frame.data.replace(/^data: /, '').trimEnd() : frame.data
    before = ',\n'
    if (!response.write(text)) await once(response, 'drain', { signal: gone.signal }).catch(() => {})
  }
  response.end(isArray ? ']' : '')
}
