/** Who I am, where I am, and what this workshop asks of me. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { Guide, Me } from '@workshop/contracts/worker-api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AppContext, appRole, type Person } from './context.ts'

/** GET /api/me and GET /api/guide. */
export function meRoutes(app: FastifyInstance, context: AppContext): void {
  app.get('/api/me', async (request): Promise<Me> => {
    const person = personOf(request)
    const { workshop, sessions, hub, workers, room } = fleetOf(context)
    return {
      email: person.email,
      displayName: person.displayName,
      role: person.role,
      workshop: { name: workshop.name, title: workshop.title },
      app: { name: context.appName, role: appRole(context) },
      ...(hub.url === '' ? {} : { hubUrl: hub.url }),
      isolation: context.isolation,
      limits: {
        perUser: sessions.perUser,
        perWorker: sessions.perWorker,
        liveHere: context.sessions.liveCount(),
      },
      agents: await context.agents(),
      draining: context.drain.isOn || ![hub, ...workers].some(({ name }) => name === context.appName),
      ...(room ? { room } : {}),
    }
  })

  app.get('/api/guide', async (): Promise<Guide> => {
    const { guide, workshop } = fleetOf(context)
    return { title: guide?.title ?? workshop.title, challenges: guide?.challenges ?? [] }
  })
}

/** The person whom the gate let in. @throws WorkshopError WO-4010 on a route that people do not reach */
export function personOf({ person }: FastifyRequest): Person {
  if (!person) throw new WorkshopError({ code: 'WO-4010', message: 'The request names nobody' })
  return person
}

/** The fleet file in hand. @throws WorkshopError WO-4011 */
export function fleetOf({ seating }: AppContext) {
  const now = seating()
  if (!now) throw new WorkshopError({ code: 'WO-4011', message: 'The roster is not known here yet' })
  return now.fleet
}
