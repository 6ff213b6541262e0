/**
 * A real session behind a real WebSocket server on loopback, and real clients that connect through a relay which can
 * cut them off anywhere. For tests that need both sides.
 */
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { TermClient } from '../../console/features/terminal/term-client.ts'
import type { Connect, TermClientOptions, TermState } from '../../console/features/terminal/term-options.ts'
import { terminalProtocol } from '../../contracts/terminal-protocol.ts'
import type { TerminalGuest } from '../../worker/terminal/conversation.ts'
import { TerminalSession } from '../../worker/terminal/session.ts'
import type { SessionOptions } from '../../worker/terminal/session-options.ts'
import { serveTerminal } from '../../worker/terminal/socket/serve-terminal.ts'
import { terminalUpgrades } from '../../worker/terminal/socket/upgrades.ts'

export interface Rig {
  readonly session: TerminalSession
  /** Address that clients use; goes through the relay. */
  readonly url: string
  /** Cuts every connection that is open now, with a reset. */
  readonly cut: () => number
  /** From now on each connection is reset after so many bytes towards the client; undefined: never. */
  readonly cutAfter: (bytes: () => number | undefined) => void
  readonly close: () => Promise<void>
}

/** Runs `script` in a shell as the session's program. */
export async function terminalRig(script: string, more: Partial<SessionOptions & TerminalGuest> = {}): Promise<Rig> {
  const launch = { file: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin', TERM: 'xterm' }, cwd: '/' }
  const session = new TerminalSession({ id: 'session', launch, cols: 80, rows: 24, ...more })
  const accept = terminalUpgrades()
  const http = createServer()
  http.on('upgrade', (request, socket, head) => {
    accept(request, socket, head, (ws) => {
      serveTerminal(ws, session, { email: 'ada@example.com', role: 'control', ...more })
    })
  })
  const port = await listen(http)
  const open = new Set<Socket>()
  let budget: () => number | undefined = () => undefined
  const relay = createTcpServer((client) => {
    const server = connect(port, '127.0.0.1')
    let left = budget()
    for (const socket of [client, server]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.pipe(server)
    server.on('data', (data) => {
      client.write(left === undefined ? data : data.subarray(0, left))
      if (left === undefined) return
      left -= data.length
      if (left > 0) return
      client.resetAndDestroy()
    })
  })
  const relayPort = await listen(relay)
  return {
    session,
    url: `ws://127.0.0.1:${relayPort}/`,
    cut: () => {
      const count = open.size
      for (const socket of open) socket.resetAndDestroy()
      return count
    },
    cutAfter: (bytes) => {
      budget = bytes
    },
    close: async () => {
      session.close()
      for (const socket of open) socket.destroy()
      await Promise.all([relay, http].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** A rig for as long as `use` takes, whatever comes of it. */
export async function withRig<T>(
  script: string,
  use: (rig: Rig) => Promise<T>,
  more: Parameters<typeof terminalRig>[1] = {},
): Promise<T> {
  const rig = await terminalRig(script, more)
  try {
    return await use(rig)
  } finally {
    await rig.close()
  }
}

async function listen(server: {
  listen: (port: number, host: string, ready: () => void) => unknown
  address: () => unknown
}) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The seam of TermClient over the `ws` package. */
export function connectNode(url: string): Connect {
  return (events) => {
    const socket = new WebSocket(url, terminalProtocol)
    socket.on('open', () => events.open())
    socket.on('message', (data: Buffer) => events.message(new Uint8Array(data)))
    socket.on('close', (code, reason) => events.close(code, reason.toString()))
    socket.on('error', () => {})
    return {
      send: (bytes) => {
        if (socket.readyState === socket.OPEN) socket.send(bytes)
      },
      close: () => socket.close(),
    }
  }
}

export interface TestViewer {
  readonly client: TermClient
  readonly states: TermState['name'][]
  /** Everything that was written to the screen since the last reset. */
  readonly text: () => string
  readonly bytes: () => Buffer
  readonly resets: () => number
  readonly sizes: (readonly [cols: number, rows: number])[]
}

/** A client with a screen that only collects; `more` overrides what it is made of. */
export function testViewer(
  rig: Rig,
  more: Partial<TermClientOptions> & { readonly parseMs?: number } = {},
): TestViewer {
  let chunks: Buffer[] = []
  let resets = 0
  const states: TermState['name'][] = []
  const sizes: (readonly [number, number])[] = []
  const client = new TermClient({
    session: 'session',
    clientId: `client-${Math.random()}`,
    role: 'control',
    size: { cols: 80, rows: 24, visible: true },
    connect: connectNode(rig.url),
    screen: {
      write: (data, parsed) => {
        const copy = Buffer.from(data)
        const parse = () => {
          chunks.push(copy)
          parsed()
        }
        if (more.parseMs === undefined) queueMicrotask(parse)
        else setTimeout(parse, more.parseMs)
      },
      reset: () => {
        resets += 1
        chunks = []
      },
      resize: (cols, rows) => sizes.push([cols, rows]),
    },
    clock: {
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    random: () => 0,
    ...more,
    events: { ...more.events, state: (state) => states.push(state.name) },
  })
  const bytes = () => Buffer.concat(chunks)
  return { client, states, text: () => bytes().toString(), bytes, resets: () => resets, sizes }
}

/** Waits until `condition` holds; fails with `what` after `ms`. */
export async function eventually(what: string, condition: () => boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
