/** Where a card of the guide goes. Pure. */
import type { AgentInfo, SessionInfo } from '@workshop/contracts/worker-api'
import type { CardKind } from './guide-parts.ts'

/** `session` is set when one is there to take it; otherwise pressing the button starts `agent`. */
export interface CardTarget {
  readonly ready: boolean
  /** As the button names it: "Claude Code", "terminal 2". */
  readonly name: string
  readonly session?: string
  readonly agent?: AgentInfo['id']
}

/**
 * Prompts go to an agent, commands to a shell: the current session when it fits, else the first that does in the order
 * of the tabs, else a new one of the first agent that fits. Undefined when nothing could ever take it.
 */
export function cardTarget(
  kind: CardKind,
  sessions: readonly Pick<SessionInfo, 'id' | 'agent' | 'state' | 'title'>[],
  current: string | undefined,
  agents: readonly AgentInfo[],
): CardTarget | undefined {
  const fits = (agent: AgentInfo['id']) => (agent === 'shell') === (kind === 'shell')
  const live = sessions.filter(({ agent, state }) => fits(agent) && state === 'live')
  const session = live.find(({ id }) => id === current) ?? live[0]
  if (session) {
    const place = sessions.findIndex(({ id }) => id === session.id) + 1
    const alone = live.length === 1 && kind === 'prompt'
    return { ready: true, session: session.id, name: alone ? session.title : `terminal ${place}` }
  }
  const agent = agents.find(({ id, available }) => available && fits(id))
  return agent && { ready: false, agent: agent.id, name: agent.title }
}
