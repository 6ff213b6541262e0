/** The agents of this worker. A new CLI is one file beside this one and one line here. */
import { dirname } from 'node:path'
import type { AgentId } from '@workshop/contracts/worker-api'
import type { Agent } from './agent.ts'
import { claudeAgent } from './claude.ts'
import { findClaude } from './claude-binary.ts'
import { shellAgent } from './shell.ts'
import { findTools } from './tools.ts'

export interface AgentSet {
  readonly agents: ReadonlyMap<AgentId, Agent>
  /** What sessions must be able to read beside the system; goes into Confinement.readOnly. */
  readonly readOnly: readonly string[]
}

/** What to look at; everything defaults to this process. */
export interface AgentSearch {
  /** Folders from which node_modules is searched upwards: the deployed folder first. */
  readonly folders?: readonly string[]
  readonly execPath?: string
  readonly workerPath?: string
}

/** Looks for programs once, at the start of the worker. */
export async function findAgents(search: AgentSearch = {}): Promise<AgentSet> {
  const folders = search.folders ?? [...(process.argv[1] ? [dirname(process.argv[1])] : []), process.cwd()]
  const binary = await findClaude(folders)
  const tools = await findTools({
    execPath: search.execPath ?? process.execPath,
    workerPath: search.workerPath ?? process.env['PATH'] ?? '',
  })
  const agents = [claudeAgent({ binary, path: tools.path }), shellAgent({ path: tools.path })]
  return {
    agents: new Map(agents.map((agent) => [agent.id, agent])),
    readOnly: [...tools.readOnly, ...(binary === undefined ? [] : [dirname(binary)])],
  }
}
