/** Puts hub or worker together: fleet file, gateway, agents, walls, sessions, server. */
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { TerminalRole } from '@workshop/contracts/terminal-protocol'
import type { AgentInfo } from '@workshop/contracts/worker-api'
import type { FastifyBaseLogger } from 'fastify'
import type { Agent } from './agents/agent.ts'
import { findAgents } from './agents/registry.ts'
import type { Config } from './config.ts'
import { closingTime, type Seating, seating } from './fleet/seats.ts'
import { workspaceFleet } from './fleet/workspace-fleet.ts'
import { createGateway } from './gateway/server.ts'
import type { AppContext, Person } from './http/context.ts'
import { UserTokens } from './http/identity.ts'
import { buildServer } from './http/server.ts'
import { SocketLimits } from './http/socket-limits.ts'
import { boundStrangers } from './http/strangers.ts'
import { terminalHttpRoutes } from './http/terminal-http-routes.ts'
import { acceptTerminals } from './http/terminal-upgrade.ts'
import { Visits } from './http/visits.ts'
import { detectIsolation } from './isolation/detect.ts'
import type { ProgramFiles } from './program-files.ts'
import { readMemory } from './sessions/memory.ts'
import { SessionRegistry } from './sessions/registry.ts'
import { type SessionTerminal, terminalLauncher } from './sessions/terminal-launcher.ts'
import { Conversation } from './terminal/conversation.ts'
import { serveTerminal } from './terminal/socket/serve-terminal.ts'

/** What is decided outside: configuration, who counts as the proxy, where the program's files are. */
export interface ProgramOptions {
  readonly config: Config
  readonly isProxy: AppContext['isProxy']
  readonly files: ProgramFiles
  readonly logger: FastifyBaseLogger
}

/** A running hub or worker. */
export interface Program {
  readonly port: number
  /** Tells viewers, ends sessions with everything they started, closes everything. */
  readonly close: () => Promise<void>
}

/** Sessions are looked at this often for having been left behind. */
const sweepEveryMs = 30_000

/** Resolves once it listens; the fleet file may come later. */
export async function startProgram({ config, isProxy, files, logger }: ProgramOptions): Promise<Program> {
  const userTokens = new UserTokens()
  const drain = { isOn: false }
  const state: { seating?: Seating; ownUrl?: string } = {}

  const [isolation, { agents, readOnly }, gateway] = await Promise.all([
    detectIsolation(),
    findAgents({ folders: [files.dir, process.cwd()] }),
    createGateway({
      workspaceUrl: config.workspaceUrl,
      modelToken: () => config.modelToken,
      userToken: (email) => userTokens.of(email),
      models: () => state.seating?.fleet.models ?? { claude: '' },
      log: (entry) => logger.info(entry, 'gateway'),
    }),
  ])
  logger.info(isolation.report, 'isolation')
  // Without walls the next person could read what somebody left here before a restart.
  if (isolation.report.level === 'open') await rm(config.stateDir, { recursive: true, force: true })

  const sessions = new SessionRegistry<SessionTerminal>({
    launcher: terminalLauncher({
      ...{ agents, readOnly, isolation, gateway, root: config.stateDir, skillsDir: files.skillsDir },
      fleet: () => state.seating?.fleet,
      onProblem: (error) => logger.error({ err: error }, 'the screen of a session could not be saved'),
      onLeftover: () => logger.error('processes of a session could not be ended'),
    }),
    rules: () => state.seating?.fleet.sessions,
    isDraining: () => drain.isOn || state.seating?.member(config.appName) === undefined,
    closesAt: () => closingTime(state.seating?.fleet),
    now: Date.now,
    onProblem: (error) => logger.error({ err: error }, 'a session could not be taken down cleanly'),
    onForeign: (by) => logger.warn({ by }, "somebody asked for another person's session"),
    onEnd: ({ agent }, why) => logger.info({ agent, why }, 'session ended'),
  })
  await sessions.restore()
  const fleet = workspaceFleet(config, logger, (file) => take(file))
  const strangers = boundStrangers(isProxy)
  const context: AppContext<SessionTerminal> = {
    ...{ appName: config.appName, version: files.version, consoleDir: files.consoleDir },
    ...{
      fleet,
      isProxy: strangers.isProxy,
      userTokens,
      visits: new Visits(Date.now),
      sessions,
      drain,
      isolation: isolation.report,
      memory: readMemory,
    },
    seating: () => state.seating,
    publicOrigin: () => state.ownUrl,
    agents: () => offered(state.seating?.fleet.sessions.agents ?? [], agents),
  }
  const app = await buildServer(context, logger)
  strangers.watch(app.server)
  const guest = (person: Person, role: TerminalRole, { session }: SessionTerminal) => {
    const { email } = person
    if (role === 'view') logger.info({ by: email, session: session.id }, 'a facilitator looks on')
    return { email, role, isWelcome: () => role === 'control' || sessions.isShown(person, session.id) }
  }
  const limits = new SocketLimits()
  const terminals = [
    acceptTerminals(
      app.server,
      context,
      (socket, terminal, person, role) => serveTerminal(socket, terminal.session, guest(person, role, terminal)),
      logger,
      limits,
    ),
    terminalHttpRoutes(
      app,
      context,
      limits,
      (link, terminal, person, role) => new Conversation(link, terminal.session, guest(person, role, terminal)),
    ),
  ]

  function take(file: FleetFile): void {
    const next = seating(file)
    const ownUrl = next.member(config.appName)?.url
    state.seating = next
    if (ownUrl) state.ownUrl = ownUrl
    userTokens.keepOnly((email) => next.role(email) !== undefined)
    for (const { dropWhere } of terminals)
      dropWhere(({ person: { email }, role }) => {
        const now = next.role(email)
        return now === undefined || (role === 'view' && now !== 'facilitator')
      })
    logger.info({ fleetVersion: file.version }, 'fleet file taken')
  }

  await app.listen({ host: config.listenHost, port: config.port })
  const stopReading = fleet.start()
  const sweeper = setInterval(() => void sessions.sweep(), sweepEveryMs)
  return {
    port: (app.server.address() as AddressInfo).port,
    close: async () => {
      stopReading()
      clearInterval(sweeper)
      await sessions.close()
      await Promise.all([app.close(), gateway.close()])
    },
  }
}

/** The agents that the spec offers, in its order, as this worker can run them. */
function offered(ids: FleetFile['sessions']['agents'], agents: ReadonlyMap<string, Agent>): Promise<AgentInfo[]> {
  return Promise.all(
    ids.map(async (id) => {
      const missing = { id, title: id, available: false, message: 'This worker does not know it' }
      return (await agents.get(id)?.check()) ?? missing
    }),
  )
}
