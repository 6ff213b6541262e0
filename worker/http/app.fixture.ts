/** A listening hub or worker for tests: real server, real sockets, terminals without processes. */
import type { AddressInfo } from 'node:net'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { IsolationLevel } from '@workshop/contracts/worker-api'
import { pino } from 'pino'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { fleetReader } from '../fleet/fleet-reader.ts'
import { closingTime, type Seating, seating } from '../fleet/seats.ts'
import { FakeLauncher, type FakeTerminal } from '../sessions/fake-launcher.fixture.ts'
import { SessionRegistry } from '../sessions/registry.ts'
import type { AppContext } from './context.ts'
import { UserTokens } from './identity.ts'
import { buildServer } from './server.ts'
import { SocketLimits } from './socket-limits.ts'
import { type Converse, terminalHttpRoutes } from './terminal-http-routes.ts'
import { acceptTerminals } from './terminal-upgrade.ts'
import { Visits } from './visits.ts'

/** What a test may choose. */
export interface TestAppOptions {
  readonly appName?: string
  readonly fleet?: FleetFile
  readonly isolation?: IsolationLevel
  readonly consoleDir?: string
  readonly isProxy?: AppContext['isProxy']
  /** What is behind the routes for terminals over plain requests; without it there are none. */
  readonly converse?: Converse<FakeTerminal>
}

/** Starts the app on a free port of 127.0.0.1. `call` speaks as the proxy would for `email`. */
export async function startTestApp(options: TestAppOptions = {}) {
  let document = options.fleet ?? aFleet()
  let now: Seating | undefined
  const appName = options.appName ?? 'first-worker-1'
  const logs: string[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => logs.push(line) })
  const fleet = fleetReader({
    read: async () => JSON.stringify(document),
    now: Date.now,
    onChange: (next) => {
      now = seating(next)
    },
    onError: (error) => {
      throw error
    },
  })
  await fleet.reload()
  const launcher = new FakeLauncher(options.isolation ?? 'namespaces')
  const drain = { isOn: false }
  const sessions = new SessionRegistry({
    launcher,
    rules: () => now?.fleet.sessions,
    isDraining: () => drain.isOn,
    closesAt: () => closingTime(now?.fleet),
    now: Date.now,
    onProblem: (error) => logger.error({ err: error }),
    onEnd: () => {},
    onForeign: (by) => logger.warn({ by }, 'foreign'),
  })
  const context: AppContext<Awaited<ReturnType<FakeLauncher['launch']>>> = {
    appName,
    version: '0.0.0',
    fleet,
    seating: () => now,
    publicOrigin: () => now?.member(appName)?.url,
    isProxy: options.isProxy ?? (() => true),
    userTokens: new UserTokens(),
    visits: new Visits(Date.now),
    sessions,
    isolation: launcher.isolation,
    agents: async () => [{ id: 'shell', title: 'Shell', available: true, message: '' }],
    consoleDir: options.consoleDir,
    drain,
    memory: () => ({ used: 1, limit: 2 }),
  }
  const app = await buildServer(context, logger)
  const terminals = acceptTerminals(
    app.server,
    context,
    (socket, _terminal, person) => socket.send(Buffer.from(`hello ${person.email}`)),
    logger,
  )
  const { converse } = options
  const polled = converse && terminalHttpRoutes(app, context, new SocketLimits(), converse)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const origin = `http://${appName}.apps.localhost:8080`
  const headersOf = (email: string) => ({
    'x-forwarded-host': `${appName}.apps.localhost:8080`,
    'x-forwarded-email': email,
    'x-forwarded-user': `id-of-${email}`,
    'x-forwarded-preferred-username': email.split('@')[0] ?? '',
  })
  return {
    context,
    terminals,
    polled,
    launcher,
    logs,
    origin,
    port,
    url: `http://127.0.0.1:${port}`,
    headersOf,
    setFleet: (next: FleetFile) => {
      document = next
    },
    call: (email: string, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        redirect: 'manual',
        ...init,
        headers: {
          ...headersOf(email),
          ...(init.method === undefined ? {} : { origin, 'content-type': 'application/json' }),
          ...init.headers,
        },
      }),
    close: async () => {
      await sessions.close()
      await app.close()
    },
  }
}
