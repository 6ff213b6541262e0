/** What the routes of hub and worker share. Built once in main.ts; tests build their own. */
import type { Socket } from 'node:net'
import type { AgentInfo, IsolationReport } from '@workshop/contracts/worker-api'
import type { FleetReader } from '../fleet/fleet-reader.ts'
import type { Role, Seating } from '../fleet/seats.ts'
import type { RunningTerminal } from '../sessions/launcher.ts'
import type { SessionRegistry } from '../sessions/registry.ts'
import type { Caller, UserTokens } from './identity.ts'
import type { Visits } from './visits.ts'

/** A person who was let in. */
export interface Person extends Caller {
  readonly role: Role
}

/** Everything that routes may ask of the program around them. */
export interface AppContext<T extends RunningTerminal = RunningTerminal> {
  readonly appName: string
  readonly version: string
  readonly fleet: FleetReader
  /** Of the fleet file in hand; undefined until the first was read. */
  readonly seating: () => Seating | undefined
  /** Own public origin; kept when the app drops out of the fleet file, so that live sessions stay reachable. */
  readonly publicOrigin: () => string | undefined
  readonly isProxy: (socket: Socket) => boolean
  readonly userTokens: UserTokens
  readonly visits: Visits
  readonly sessions: SessionRegistry<T>
  readonly isolation: IsolationReport
  readonly agents: () => Promise<readonly AgentInfo[]>
  /** Folder of the built console; undefined in a checkout where none was built. */
  readonly consoleDir: string | undefined
  readonly drain: { isOn: boolean }
  /** Bytes. */
  readonly memory: () => { readonly used: number; readonly limit: number }
}

/** This program's part in the fleet. */
export function appRole({ appName, seating }: Pick<AppContext, 'appName' | 'seating'>): 'hub' | 'worker' {
  return seating()?.fleet.hub.name === appName ? 'hub' : 'worker'
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate for every request but health checks and control calls. */
    person: Person | undefined
  }
}
