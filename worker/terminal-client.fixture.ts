/** A small client of `term.v1` for tests: attaches as the proxy would pass a browser on, collects output, types. */
import { randomUUID } from 'node:crypto'
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { encodeClient } from '@workshop/contracts/terminal-encode'
import { type ServerFrame, terminalProtocol } from '@workshop/contracts/terminal-protocol'
import { WebSocket } from 'ws'

/** Where and as whom. */
export interface TerminalAddress {
  readonly port: number
  readonly session: string
  readonly headers: Readonly<Record<string, string>>
  /** Awaited between the open socket and HELLO. */
  readonly beforeHello?: () => Promise<unknown>
}

/** Attached once the socket is open and HELLO was said. Rejects with the HTTP status when refused. */
export async function openTerminal({ port, session, headers, beforeHello }: TerminalAddress) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/sessions/${session}/terminal`, terminalProtocol, { headers })
  const frames: ServerFrame[] = []
  const looks = new Set<() => void>()
  let typed = 0
  let text = ''
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data: Buffer) => {
    const frame = decodeServer(data)
    frames.push(frame)
    if (frame.type === 'output' || frame.type === 'replay') text += Buffer.from(frame.data).toString('latin1')
    if (frame.type === 'output') socket.send(encodeClient({ type: 'ack', offset: frame.offset + frame.data.length }))
    for (const look of looks) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, answer) => reject(new Error(`refused with ${answer.statusCode}`)))
  })
  await beforeHello?.()
  const size = { cols: 80, rows: 24, visible: true }
  // A page of its own each time: the session remembers what a client has typed.
  const client = randomUUID()
  const hello = { session, client, inSeq: 0, ...size, role: 'control', window: 262_144 } as const
  socket.send(encodeClient({ type: 'hello', hello }))
  return {
    frames,
    closed,
    text: () => text,
    type: (line: string) => {
      const data = Buffer.from(line)
      socket.send(encodeClient({ type: 'input', inSeq: typed, data }))
      typed += data.length
    },
    /** Resolves once the output matches. */
    see: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const look = () => {
          const found = pattern.exec(text)
          if (!found) return
          looks.delete(look)
          resolve(found)
        }
        looks.add(look)
        look()
      }),
    close: () => socket.close(),
  }
}
