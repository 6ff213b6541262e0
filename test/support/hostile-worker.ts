/**
 * A worker as a real process with a session of ada's and one of grace's, and ways to speak to it byte by byte. The test
 * is the worker's parent and thereby its proxy: whom the headers name is who asks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeClient } from '../../contracts/terminal-encode.ts'
import type { Hello } from '../../contracts/terminal-protocol.ts'
import { aFleet } from '../../worker/fleet/fleet.fixture.ts'
import { runProgram } from '../../worker/program.fixture.ts'
import { openTerminal } from '../../worker/terminal-client.fixture.ts'
import { type RawAnswer, rawRequest, rawUpgrade } from './raw-socket.ts'

export const ada = 'ada@example.com'
export const grace = 'grace@example.com'
type Fleet = ReturnType<typeof aFleet>
type Pairs = readonly (readonly [name: string, value: string])[]

export const terminalPath = (session: string) => `/api/sessions/${session}/terminal`

/** Started, with one shell of each person. */
export async function startHostileWorker() {
  let fleet: Fleet = aFleet({
    workers: aFleet().workers.slice(0, 1),
    // Of people who trust one another, so that the test runs without bubblewrap; nobody's session ends by itself.
    sessions: { ...aFleet().sessions, isolation: 'trusted', perUser: 3, idleTimeoutMs: 3_600_000 },
  })
  const folder = fileURLToPath(new URL('../../worker/', import.meta.url))
  const program = { node: process.execPath, file: join(folder, 'main.ts'), cwd: folder, appName: 'first-worker-1' }
  const run = await runProgram({ ...program, fleet: () => fleet })

  const openShell = async (email: string): Promise<string> => {
    const answer = await run.call(email, '/api/sessions', { method: 'POST', body: '{"agent":"shell"}' })
    if (answer.status !== 201) throw new Error(`no shell: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { id: string }).id
  }
  const request = async (method: string, target: string, headers: Pairs, body?: string): Promise<RawAnswer> => {
    const length = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const]
    const wish = { port: run.port, method, target, headers: [...headers, ['connection', 'close'] as const, ...length] }
    const answer = await rawRequest({ ...wish, ...(body === undefined ? {} : { body }) })
    answer.socket.destroy()
    return answer
  }

  return {
    run,
    openShell,
    request,
    adas: await openShell(ada),
    graces: await openShell(grace),
    /** Headers of a person's page, as the proxy passes them on. */
    as: (email: string, more: Readonly<Record<string, string>> = {}): Pairs =>
      Object.entries({ ...run.headersOf(email), origin: run.origin, ...more }),
    attach: (email: string, session: string) =>
      openTerminal({ port: run.port, session, headers: { ...run.headersOf(email), origin: run.origin } }),
    /** Status of an upgrade; an accepted one is closed again. */
    upgrade: async (target: string, headers: Pairs, protocol?: string | null): Promise<number> => {
      const { status, socket } = await rawUpgrade(run.port, target, headers, protocol)
      socket.destroy()
      return status
    },
    fleet: () => fleet,
    /** Writes another fleet file and has the worker read it; gives the status of that order. */
    reload: async (next: Partial<Fleet>): Promise<number> => {
      fleet = { ...fleet, ...next, version: fleet.version + 1 }
      const headers = [
        ['x-forwarded-host', new URL(run.origin).host],
        ['x-forwarded-user', 'controller-client-id'],
        ['content-type', 'application/json'],
      ] as const
      return (await request('POST', '/api/control/reload', headers, '{}')).status
    },
    openFiles: (): number => readdirSync(`/proc/${run.child.pid}/fd`).length,
    residentMb: (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${run.child.pid}/status`, 'utf8'))?.[1]) / 1024,
  }
}

/** Fields of an honest HELLO. */
export function helloFields(session: string, client = 'c'): Hello {
  return { session, client, inSeq: 0, cols: 80, rows: 24, visible: true, role: 'control', window: 262_144 }
}

export function helloFrame(session: string, client: string): Uint8Array<ArrayBuffer> {
  return encodeClient({ type: 'hello', hello: helloFields(session, client) })
}

/** Everything that comes from now on. */
export function collect(socket: Socket): () => Buffer {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  return () => Buffer.concat(chunks)
}
