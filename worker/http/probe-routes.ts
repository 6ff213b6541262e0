/** What the platform and a metrics collector ask: alive, and numbers without names. */
import type { FastifyInstance } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import { type AppContext, appRole } from './context.ts'

/** GET /healthz and GET /metrics. */
export function probeRoutes(app: FastifyInstance, context: AppContext): void {
  const registry = appMetrics(context)
  app.get('/healthz', async () => ({ status: 'ok', role: appRole(context) }))
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}

function appMetrics(context: AppContext): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('workshop_sessions_live', 'Sessions that run here.', () => context.sessions.liveCount())
  gauge(
    'workshop_people_live',
    'People with a session here.',
    () => context.sessions.people().filter(({ live }) => live > 0).length,
  )
  gauge('workshop_viewers', 'Terminals that somebody looks at, counted by socket.', () =>
    context.sessions.viewerCount(),
  )
  gauge(
    'workshop_fleet_version',
    'Version of the fleet file in hand; -1 before the first.',
    () => context.seating()?.fleet.version ?? -1,
  )
  gauge('workshop_draining', '1 while no new sessions are taken.', () => Number(context.drain.isOn))
  gauge('workshop_memory_used_bytes', 'Working set of this container.', () => context.memory().used)
  gauge('workshop_memory_limit_bytes', 'Memory that this container may use.', () => context.memory().limit)
  gauge('workshop_process_memory_bytes', 'Resident memory of this program alone.', () => process.memoryUsage.rss())
  return registry
}
