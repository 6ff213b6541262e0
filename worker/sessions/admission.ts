/** May this person open one more session here? Pure: facts in, problem out. */

import type { Problem } from '@workshop/contracts/errors'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { AgentId, IsolationLevel } from '@workshop/contracts/worker-api'

/** What is known at the moment of asking. `sessions` are those of this worker, the ended ones included. */
export interface AdmissionFacts {
  readonly email: string
  readonly agent: AgentId
  readonly rules: FleetFile['sessions']
  readonly sessions: readonly { readonly email: string; readonly running: boolean }[]
  /** Everybody who has or had a session since this worker started: their project folders are still here. */
  readonly residents: readonly string[]
  readonly isolation: IsolationLevel
  readonly draining: boolean
  /** When the room closes and what time it is, epoch ms. */
  readonly closesAt: number | undefined
  readonly now: number
}

/** Ended sessions keep their home until they are removed; this many beyond `perUser` are kept, then one must go first. */
const keptEnded = 10

/** The first reason against it, or undefined. */
export function admissionProblem(facts: AdmissionFacts): Problem | undefined {
  const { email, agent, rules, sessions, draining, closesAt, now } = facts
  const mine = sessions.filter((session) => session.email === email)
  const running = sessions.filter((session) => session.running)
  if (draining) return { code: 'WO-4008', message: 'This worker takes no new sessions' }
  if (closesAt !== undefined && now >= closesAt)
    return { code: 'WO-4013', message: 'The workshop has closed: no new sessions' }
  if (!rules.agents.includes(agent))
    return { code: 'WO-4009', where: 'agent', message: `This workshop does not offer ${agent}` }
  const walls = isolationProblem(facts)
  if (walls) return walls
  if (mine.filter((session) => session.running).length >= rules.perUser)
    return { code: 'WO-4003', message: `You have ${rules.perUser} of ${rules.perUser} sessions` }
  if (mine.length >= rules.perUser + keptEnded)
    return {
      code: 'WO-4003',
      message: `You keep ${mine.length} sessions, ended ones included`,
      fix: 'remove an ended one first',
    }
  if (running.length >= rules.perWorker)
    return { code: 'WO-4004', message: `${running.length} of ${rules.perWorker} sessions run here` }
  return undefined
}

/** On level `open` anybody could read anybody, also what was left behind: one person for the life of this worker. */
function isolationProblem({ email, rules, residents, isolation }: AdmissionFacts): Problem | undefined {
  if (isolation !== 'open' || rules.isolation === 'trusted') return undefined
  if (rules.isolation === 'require-namespaces')
    return { code: 'WO-4007', message: 'This workshop asks for bubblewrap, which does not start here' }
  if (residents.every((resident) => resident === email)) return undefined
  return { code: 'WO-4007', message: 'Somebody else works here already, and this worker could not keep you apart' }
}
