/** The real inside of a session: home, gateway key, agent, walls and terminal, in this order, and back. */
import { readFile } from 'node:fs/promises'
import { WorkshopError } from '@workshop/contracts/errors'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { closeCode } from '@workshop/contracts/terminal-protocol'
import type { AgentId } from '@workshop/contracts/worker-api'
import type { Agent, SessionContext } from '../agents/agent.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { homePaths, prepareHome, removeHome } from '../home/home.ts'
import type { Isolation } from '../isolation/isolation.ts'
import { hungUp, savedSession } from '../terminal/saved-screen.ts'
import { ScreenLog } from '../terminal/screen-log.ts'
import { screens } from '../terminal/screens.ts'
import { TerminalSession } from '../terminal/session.ts'
import { endProcesses, sessionMark } from './end-processes.ts'
import type { RunningTerminal, SessionLauncher, SessionOrder } from './launcher.ts'
import { SavedSessions } from './saved-sessions.ts'

/** What sessions are made of on this worker. */
export interface LauncherOptions {
  readonly agents: ReadonlyMap<AgentId, Agent>
  /** Beside the system, readable inside the walls. */
  readonly readOnly: readonly string[]
  readonly isolation: Isolation
  readonly gateway: Gateway
  readonly fleet: () => FleetFile | undefined
  /** Folder of all homes, and folder of the skills that are copied into them. */
  readonly root: string
  readonly skillsDir: string
  readonly onLeftover: (sessionId: string) => void
  /** The screen of a session could not be saved. */
  readonly onProblem: (error: unknown) => void
}

/** A terminal of the real kind. */
export interface SessionTerminal extends RunningTerminal {
  readonly session: TerminalSession
}

export function terminalLauncher(options: LauncherOptions): SessionLauncher<SessionTerminal> {
  const { agents, readOnly, isolation, gateway, root, skillsDir } = options
  const keys = new Map<string, string>()
  const saves = new SavedSessions(root)
  const logs = new Map<string, ScreenLog>()

  const homeOf = ({ id, owner }: SessionOrder) => ({ root, sessionId: id, person: owner })

  const agentOf = ({ agent: id }: SessionOrder): Agent => {
    const agent = agents.get(id)
    if (agent) return agent
    throw new WorkshopError({ code: 'WO-5010', message: `This worker does not know the agent ${id}` })
  }

  const contextOf = (order: SessionOrder): SessionContext => {
    const { home, project } = homePaths(homeOf(order))
    return {
      ...{ sessionId: order.id, person: order.owner, home, project },
      gateway: { url: gateway.url, key: keys.get(order.id) ?? '' },
      models: fleetOf(options).models,
    }
  }

  const prepare = async (order: SessionOrder): Promise<void> => {
    const agent = agentOf(order)
    const { available, message } = await agent.check()
    if (!available) throw new WorkshopError({ code: 'WO-5010', message })
    const { workshop, skills } = fleetOf(options)
    await prepareHome({ ...homeOf(order), workshop, skills, skillsDir })
    keys.set(order.id, gateway.issueKey({ sessionId: order.id, email: order.owner.email }))
    await agent.prepare(contextOf(order))
  }

  return {
    isolation: isolation.report,
    titleOf: (agent) => agents.get(agent)?.title ?? agent,

    prepare: async (order, { name, createdAt }) => {
      await prepare(order)
      await saves.save({ order, name, createdAt })
    },

    saved: async () => {
      const all = (await saves.list()).map(async (saved) => {
        const log = await readFile(saves.screenOf(saved.order.id)).catch(() => Buffer.alloc(0))
        const session = await savedSession(saved.order.id, log, saved.order, screens)
        const terminal = { ...runningTerminal(session, options.onLeftover), ended: Promise.resolve(hungUp) }
        await terminal.stop(0)
        return { ...saved, terminal }
      })
      return Promise.all(all)
    },

    launch: async (order) => {
      // After a crash its key died with the last process.
      if (!keys.has(order.id)) await prepare(order)
      const launch = await agentOf(order).launch(contextOf(order))
      const marked = { ...launch, env: { ...launch.env, [sessionMark]: order.id } }
      const confined = isolation.wrap(marked, { ...homePaths(homeOf(order)), readOnly })
      const { id, cols, rows } = order
      const session = new TerminalSession({ id, launch: confined, cols, rows })
      logs.set(id, new ScreenLog(saves.screenOf(id), session, options.onProblem))
      return runningTerminal(session, options.onLeftover)
    },

    uploads: (order) => {
      const folder = homePaths(homeOf(order)).uploads
      return { folder, seen: isolation.seenUploads(folder) }
    },

    discard: async (order) => {
      gateway.revoke(order.id)
      keys.delete(order.id)
      await logs.get(order.id)?.settled()
      logs.delete(order.id)
      await Promise.all([removeHome(homeOf(order)), saves.forget(order.id)])
    },
  }
}

function runningTerminal(session: TerminalSession, onLeftover: (sessionId: string) => void): SessionTerminal {
  // A saved session has no program any more; 0 would be a family of others.
  const pid = session.info().pid || -1
  return {
    session,
    viewers: () => session.info().viewers,
    lastOutputAt: () => session.info().lastOutputAt,
    lastInputAt: () => session.info().lastInputAt,
    title: () => session.info().title,
    ended: new Promise((resolve) => session.onExit(resolve)),
    dropWatchers: () => session.dropWatchers(),
    announceDraining: () =>
      session.announce({ kind: 'draining', message: 'This worker restarts. Your page comes back by itself.' }),
    stop: async (graceMs) => {
      if (!(await endProcesses(session.id, pid, graceMs))) onLeftover(session.id)
    },
    close: (webSocketCode) =>
      session.close(
        webSocketCode,
        webSocketCode === closeCode.restarting ? 'the worker goes away' : 'the session was closed',
      ),
  }
}

function fleetOf({ fleet }: LauncherOptions): FleetFile {
  const now = fleet()
  if (!now) throw new WorkshopError({ code: 'WO-4011', message: 'The roster is not known here yet' })
  return now
}
