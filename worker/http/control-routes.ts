/** What the controller asks and tells. The gate lets only operators of the fleet file come this far. */
import type { DrainRequest, WorkerStatus } from '@workshop/contracts/worker-api'
import type { FastifyInstance } from 'fastify'
import { type AppContext, appRole } from './context.ts'

const drainSchema = {
  body: {
    type: 'object',
    required: ['on'],
    additionalProperties: false,
    properties: { on: { type: 'boolean' } },
  },
}

/** GET /api/control/status, POST /api/control/reload, POST /api/control/drain. */
export function controlRoutes(app: FastifyInstance, context: AppContext): void {
  app.get(
    '/api/control/status',
    async (): Promise<WorkerStatus> => ({
      app: context.appName,
      role: appRole(context),
      version: context.version,
      fleetVersion: context.seating()?.fleet.version ?? -1,
      isolation: context.isolation,
      sessions: {
        live: context.sessions.liveCount(),
        people: context.visits.beside(context.sessions.people()),
        shown: context.sessions.shown(),
      },
      draining: context.drain.isOn,
      memory: context.memory(),
      agents: await context.agents(),
    }),
  )

  app.post('/api/control/reload', async (_request, reply) => {
    await context.fleet.reload()
    return reply.code(204).send()
  })

  app.post<{ Body: DrainRequest }>('/api/control/drain', { schema: drainSchema }, async ({ body }, reply) => {
    context.drain.isOn = body.on
    return reply.code(204).send()
  })
}
