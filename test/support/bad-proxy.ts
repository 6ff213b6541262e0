/**
 * A proxy in front of a worker as bad networks have them: it holds bodies back until they are whole, breaks upgrades,
 * loses requests and answers, and sends requests twice. It names the person, as the platform's own does.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export type Fate = 'pass' | 'lose request' | 'lose answer' | 'twice'

export interface BadProxy {
  readonly url: string
  /** What happens to upgrades: an answer of 400, an open socket that carries nothing, or what should. */
  upgrades: 'refuse' | 'swallow' | 'pass'
  /** What happens to the next request. */
  fate: (request: IncomingMessage) => Fate
  /** Requests so far. */
  readonly requests: () => number
  /** Resets every connection. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

interface Whole {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** `headers` are put on every request. */
export async function startBadProxy(port: number, headers: Readonly<Record<string, string>>): Promise<BadProxy> {
  const open = new Set<Socket>()
  let requests = 0
  const server = createServer((incoming, response) => void answer(incoming, response))

  async function answer(incoming: IncomingMessage, response: ServerResponse) {
    const body = await whole(incoming).catch(() => undefined)
    if (body === undefined) return
    requests += 1
    const fate = proxy.fate(incoming)
    if (fate === 'lose request') return void response.destroy()
    // Somebody who gave up waiting takes the request behind us along.
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      if (fate === 'twice') await forward(incoming, body, gone.signal)
      const answered = await forward(incoming, body, gone.signal)
      if (fate === 'lose answer') return void response.destroy()
      const { connection: _, 'transfer-encoding': __, ...kept } = answered.headers
      response.writeHead(answered.status, { ...kept, 'content-length': answered.body.length }).end(answered.body)
    } catch {
      response.destroy()
    }
  }

  function forward({ method, url, headers: said }: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<Whole> {
    const type = said['content-type'] === undefined ? {} : { 'content-type': said['content-type'] }
    const length = body.length > 0 ? { 'content-length': body.length } : {}
    return new Promise((resolve, reject) => {
      const behind = request({ port, method, path: url, headers: { ...headers, ...type, ...length }, signal })
      behind.on('error', reject)
      behind.on('response', (incoming) =>
        whole(incoming).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
          reject,
        ),
      )
      behind.end(body)
    })
  }

  // A connection that is closed just when it is used again is not what is tested here.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    if (proxy.upgrades === 'refuse') return void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
    const { host: _, ...said } = incoming.headers
    const lines = Object.entries({ ...said, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    const behind = connect(port, '127.0.0.1')
    open.add(behind)
    behind.on('error', () => {}).on('close', () => open.delete(behind))
    behind.write(`GET ${incoming.url} HTTP/1.1\r\nhost: worker\r\n${lines.join('')}\r\n`)
    socket.on('close', () => behind.destroy())
    behind.on('close', () => socket.destroy())
    if (proxy.upgrades === 'pass') return void socket.pipe(behind).pipe(socket)
    // The handshake passes; after it nothing does, in either direction.
    behind.once('data', (chunk) => socket.write(chunk))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const cut = () => {
    for (const socket of open) socket.resetAndDestroy()
  }
  const proxy: BadProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrades: 'refuse',
    fate: () => 'pass',
    requests: () => requests,
    cut,
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}
