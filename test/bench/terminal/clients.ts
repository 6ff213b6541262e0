/** Clients of the measured servers: they count and hand on bytes, and can take them in at a given rate only. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { encodeClient } from '../../../contracts/terminal-encode.ts'
import { opcode, terminalLimits, terminalProtocol } from '../../../contracts/terminal-protocol.ts'

export interface TerminalOptions {
  readonly onData?: (data: Buffer) => void
  /** Bytes a second that this viewer takes in; unlimited without. */
  readonly rate?: number
  /** Ours only: a session to come back to, and from where. */
  readonly session?: string
  readonly epoch?: string
  readonly from?: number
}

export interface Terminal {
  readonly send: (text: string) => void
  /** Stops reading, as a laptop asleep does. */
  readonly stall: () => void
  /** Cuts the connection. */
  readonly cut: () => void
  readonly closed: Promise<void>
  /** Ours only: as WELCOME says. */
  readonly epoch: () => string
  /** Ours only: ends the session itself. */
  readonly end: () => Promise<void>
}

/** Gives a function that stops the source for as long as `bytes` take at `rate`. */
function throttle(rate: number | undefined, pause: () => void, resume: () => void): (bytes: number) => void {
  if (rate === undefined) return () => {}
  let freeAt = 0
  let timer: NodeJS.Timeout | undefined
  const settle = () => {
    timer = undefined
    const waitMs = freeAt - performance.now()
    if (waitMs < 1) resume()
    else timer = setTimeout(settle, waitMs)
  }
  return (bytes) => {
    freeAt = Math.max(performance.now(), freeAt) + (bytes / rate) * 1000
    if (freeAt - performance.now() < 5 || timer !== undefined) return
    pause()
    settle()
  }
}

export async function connectFloor(port: number, script: string, options: TerminalOptions = {}): Promise<Terminal> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => {})
  const took = throttle(
    options.rate,
    () => socket.pause(),
    () => socket.resume(),
  )
  socket.on('data', (data) => {
    options.onData?.(data)
    took(data.length)
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(`${script}\n`)
  const cut = () => void socket.resetAndDestroy()
  return {
    send: (text) => void socket.write(text),
    stall: () => socket.pause(),
    cut,
    closed,
    epoch: () => '',
    end: async () => cut(),
  }
}

export async function connectTtyd(port: number, script: string, options: TerminalOptions = {}): Promise<Terminal> {
  const url = `ws://127.0.0.1:${port}/ws?arg=-c&arg=${encodeURIComponent(script)}`
  const socket = new WebSocket(url, 'tty', { perMessageDeflate: false })
  const took = throttle(
    options.rate,
    () => socket.pause(),
    () => socket.resume(),
  )
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0x30) options.onData?.(data.subarray(1))
    took(data.length)
  })
  const common = await opened(socket)
  socket.send(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 }))
  return {
    ...common,
    send: (text) => socket.send(Buffer.from(`0${text}`)),
    epoch: () => '',
    end: async () => common.cut(),
  }
}

export async function connectOurs(port: number, script: string, options: TerminalOptions = {}): Promise<Terminal> {
  const session = options.session ?? randomUUID()
  const query = `?id=${session}&script=${encodeURIComponent(script)}`
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${query}`, terminalProtocol, { perMessageDeflate: false })
  const took = throttle(
    options.rate,
    () => socket.pause(),
    () => socket.resume(),
  )
  let epoch = ''
  let next = options.from ?? 0
  let acked = next
  let timer: NodeJS.Timeout | undefined
  const acknowledge = () => {
    clearTimeout(timer)
    timer = undefined
    acked = next
    if (socket.readyState === socket.OPEN) socket.send(encodeClient({ type: 'ack', offset: next }))
  }
  socket.on('message', (data: Buffer) => {
    if (data[0] === opcode.output) {
      options.onData?.(data.subarray(9))
      next += data.length - 9
      if (next - acked >= terminalLimits.ackBytes) acknowledge()
      else timer ??= setTimeout(acknowledge, terminalLimits.ackMs)
    } else if (data[0] === opcode.replay && data.length > 10) options.onData?.(data.subarray(10))
    else if (data[0] === opcode.reset) next = acked = Number(data.readBigUInt64BE(1))
    else if (data[0] === opcode.welcome) epoch = JSON.parse(data.toString('utf8', 1)).epoch
    took(data.length)
  })
  const common = await opened(socket)
  const { epoch: known, from } = options
  const place = known === undefined || from === undefined ? {} : { epoch: known, from }
  const view = { cols: 80, rows: 24, visible: true, role: 'control', window: terminalLimits.window } as const
  socket.send(encodeClient({ type: 'hello', hello: { session, client: randomUUID(), inSeq: 0, ...view, ...place } }))
  let inSeq = 0
  const send = (text: string) => {
    socket.send(encodeClient({ type: 'input', inSeq, data: Buffer.from(text) }))
    inSeq += Buffer.byteLength(text)
  }
  const end = async () => {
    clearTimeout(timer)
    await (await fetch(`http://127.0.0.1:${port}/?id=${session}`)).text()
  }
  return { ...common, send, epoch: () => epoch, end }
}

async function opened(socket: WebSocket): Promise<Pick<Terminal, 'stall' | 'cut' | 'closed'>> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return { stall: () => socket.pause(), cut: () => socket.terminate(), closed }
}
