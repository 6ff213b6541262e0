/** What is told of all sessions of a worker together. Pure. */
import type { ShownSession } from '@workshop/contracts/worker-api'
import type { RunningTerminal } from './launcher.ts'
import { isRunning, type Session } from './registry-entry.ts'

type Sessions = readonly Session<RunningTerminal>[]

/** Live sessions by person, most first. */
export function livePeople(sessions: Sessions): readonly { readonly email: string; readonly live: number }[] {
  const counts = new Map<string, number>()
  for (const { order } of sessions.filter(isRunning))
    counts.set(order.owner.email, (counts.get(order.owner.email) ?? 0) + 1)
  return [...counts].map(([email, live]) => ({ email, live })).sort((a, b) => b.live - a.live)
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
