/** What only the hub does: send people to their worker, and tell those who wait how it stands. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { JoinState } from '@workshop/contracts/worker-api'
import type { FastifyInstance } from 'fastify'
import { type AppContext, appRole } from '../http/context.ts'
import { personOf } from '../http/me-routes.ts'
import { joinState } from './join.ts'

/** GET /api/join; and GET / as a redirect once the worker is ready, else the console's join page asks for itself. */
export function hubRoutes(app: FastifyInstance, context: AppContext): void {
  const stateOf = (email: string): JoinState | undefined => {
    const seating = context.seating()
    return seating && appRole(context) === 'hub' ? joinState(seating, email) : undefined
  }

  app.get('/api/join', async (request): Promise<JoinState> => {
    const state = stateOf(personOf(request).email)
    if (!state) throw new WorkshopError({ code: 'WO-4005', message: 'Only the hub knows the places' })
    return state
  })

  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'GET' || request.url.split('?', 1)[0] !== '/' || !request.person) return
    const url = stateOf(request.person.email)?.url
    if (url) await reply.redirect(url, 302)
  })
}
