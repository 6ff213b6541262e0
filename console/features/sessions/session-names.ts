/** What sessions are called: by their agent, numbered where there are several, unless they have a name of their own. Pure. */
import type { AgentInfo, SessionInfo } from '@workshop/contracts/worker-api'

/** In the order in which they were opened. A title that is only the agent's id is no name. */
export function named(sessions: readonly SessionInfo[], agents: readonly AgentInfo[]): readonly SessionInfo[] {
  const counts = new Map<string, number>()
  return sessions
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
    .map((session) => {
      const agent = agents.find(({ id }) => id === session.agent)?.title ?? session.agent
      if (session.title !== session.agent && session.title !== agent && session.title !== '') return session
      const number = (counts.get(session.agent) ?? 0) + 1
      counts.set(session.agent, number)
      return { ...session, title: number === 1 ? agent : `${agent} ${number}` }
    })
}
