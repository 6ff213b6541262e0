/** `/api/2.0/serving-endpoints`: which models there are. Answering prompts is the runtime's part. */
import { createHash } from 'node:crypto'
import { missing } from '../http/api-error.ts'
import { type Fields, ok } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Stable 32 hex digits; the permissions API wants this id, not the name. */
export const endpointId = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32)

export function servingEndpointsRoutes(workspace: Workspace): readonly Route[] {
  const pattern = '/api/2.0/serving-endpoints'
  const scope = 'serving.serving-endpoints'
  const list = () => ok({ endpoints: workspace.models.map(view) })
  return [
    { method: 'GET', pattern, scope, run: list },
    { method: 'GET', pattern: `${pattern}:foundation-models`, scope, run: list },
    {
      method: 'GET',
      pattern: `${pattern}/:name`,
      scope,
      run: (call) => {
        const name = call.params['name'] ?? ''
        if (!workspace.servesModel(name)) throw missing(`The given endpoint does not exist: ${name}`)
        return ok({ ...view(name), permission_level: call.caller.isAdmin ? 'CAN_MANAGE' : 'CAN_QUERY' })
      },
    },
  ]
}

function view(name: string): Fields {
  return {
    id: endpointId(name),
    name,
    task: 'llm/v1/chat',
    creator: 'System',
    state: { ready: 'READY', config_update: 'NOT_UPDATING' },
    config: {
      served_entities: [
        { name, entity_name: `system.ai.${name}`, entity_version: '1', foundation_model: { name, display_name: name } },
      ],
    },
  }
}
