/**
 * `term.v1` over plain requests, for networks that break WebSockets: paths, bounds, and how frames share a body. The
 * rules are in docs/reference/protocol.md. Runs in browsers and in Node.
 */
import { TerminalProtocolError, terminalLimits } from './terminal-protocol.ts'

/** Bounds that both sides keep. Sizes in bytes, times in milliseconds. */
export const terminalHttp = {
  contentType: 'application/octet-stream',
  /** A poll is answered at the latest after this; proxies and the platform cut much later. */
  holdMs: 25_000,
  /** A connection without a poll for so long is given up. */
  goneAfterMs: 40_000,
  /** Body of a POST. */
  maxPost: 131_072,
  /** Body of a poll's answer, but that a single frame always fits. */
  maxPoll: 262_144,
} as const

/** Answer to opening: names the connection in the addresses that follow. */
export interface OpenedConnection {
  readonly connection: string
}

/** Body of 410, with a code of `closeCode`. */
export interface ClosedConnection {
  readonly code: number
  readonly reason: string
}

/** Where a connection is opened, or where an open one is. */
export function terminalHttpPath(session: string, connection?: string): string {
  const base = `/api/sessions/${session}/terminal/http`
  return connection === undefined ? base : `${base}/${connection}`
}

const lengthBytes = 4

/** Bytes that a frame takes in a body. */
export function framedLength(frame: Uint8Array): number {
  return lengthBytes + frame.length
}

/** Encoded frames to one body. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(frames.reduce((sum, frame) => sum + framedLength(frame), 0))
  const view = new DataView(body.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length)
    body.set(frame, at + lengthBytes)
    at += framedLength(frame)
  }
  return body
}

/** A body to encoded frames, as views into it. Throws TerminalProtocolError when the lengths do not add up. */
export function splitFrames(body: Uint8Array): Uint8Array[] {
  return [...framesIn(body)]
}

/** The same one by one: those before a place where the lengths do not add up are given first. */
export function* framesIn(body: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let at = 0
  while (at < body.length) {
    if (body.length - at < lengthBytes) throw new TerminalProtocolError('a body ends inside a length')
    const length = view.getUint32(at)
    const end = at + lengthBytes + length
    if (length === 0 || length > terminalLimits.maxFrame) throw new TerminalProtocolError('a frame has a wrong length')
    if (end > body.length) throw new TerminalProtocolError('a body ends inside a frame')
    yield body.subarray(at + lengthBytes, end)
    at = end
  }
}
