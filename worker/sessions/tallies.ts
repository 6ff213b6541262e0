/** What is told of all sessions of a worker together. Pure. */
import type { Presence, ShownSession } from '@workshop/contracts/worker-api'
import type { RunningTerminal } from './launcher.ts'
import { isRunning, type Session } from './registry-entry.ts'

type Sessions = readonly Session<RunningTerminal>[]

/** Sessions by person, most live ones first. */
export function sessionsByPerson(sessions: Sessions): readonly Presence[] {
  const counts = new Map<string, { live: number; ended: number }>()
  for (const session of sessions) {
    const count = counts.get(session.order.owner.email) ?? { live: 0, ended: 0 }
    count[isRunning(session) ? 'live' : 'ended'] += 1
    counts.set(session.order.owner.email, count)
  }
  return [...counts].map(([email, count]) => ({ email, ...count })).sort((a, b) => b.live - a.live)
}

/** Live sessions whose owners let facilitators look on; `titleOf` is the name of one that its owner gave none. */
export function shownSessions(
  sessions: Sessions,
  titleOf: (agent: Session<RunningTerminal>['order']['agent']) => string,
): readonly ShownSession[] {
  return sessions
    .filter((session) => session.watchable && isRunning(session))
    .map(({ order, name }) => ({ id: order.id, owner: order.owner.email, title: name || titleOf(order.agent) }))
}
