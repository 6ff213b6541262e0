/** Sessions over HTTP: own ones only; ownership is checked by the registry. The hub has none. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { CreateSession, LetWatch, WatchedSession } from '@workshop/contracts/worker-api'
import type { FastifyInstance } from 'fastify'
import { type AppContext, appRole } from './context.ts'
import { personOf } from './me-routes.ts'

/** No controls in names: they are shown as titles and end up in logs. Sizes as xterm.js reports them, generously bounded. */
const createSchema = {
  body: {
    type: 'object',
    required: ['agent'],
    additionalProperties: false,
    properties: {
      agent: { type: 'string', maxLength: 40 },
      title: {
        type: 'string',
        maxLength: 80,
        pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$',
      },
      cols: { type: 'integer', minimum: 2, maximum: 500 },
      rows: { type: 'integer', minimum: 2, maximum: 300 },
    },
  },
}

const watchSchema = {
  body: {
    type: 'object',
    required: ['on'],
    additionalProperties: false,
    properties: { on: { type: 'boolean' } },
  },
}

type ById = { Params: { id: string } }

/** The routes under /api/sessions. */
export function sessionRoutes(app: FastifyInstance, context: AppContext): void {
  const { sessions } = context

  app.get('/api/sessions', async (request) => sessions.list(personOf(request).email))

  app.post<{ Body: CreateSession }>('/api/sessions', { schema: createSchema }, async (request, reply) => {
    if (appRole(context) === 'hub')
      throw new WorkshopError({ code: 'WO-4005', message: 'The hub keeps no sessions; yours are on your worker' })
    const { email, displayName } = personOf(request)
    return reply.code(201).send(await sessions.create({ email, displayName }, request.body))
  })

  app.delete<ById>('/api/sessions/:id', async (request, reply) => {
    await sessions.remove(personOf(request).email, request.params.id)
    return reply.code(204).send()
  })

  app.put<ById & { Body: LetWatch }>('/api/sessions/:id/watchable', { schema: watchSchema }, async (request) =>
    sessions.letWatch(personOf(request).email, request.params.id, request.body.on),
  )

  app.get<ById>('/api/watch/:id', async (request): Promise<WatchedSession> => {
    const { session } = sessions.seen(personOf(request), request.params.id)
    const { id, title, state } = sessions.info(session)
    return { id, title, state, owner: session.order.owner.email }
  })

  app.post<ById>('/api/sessions/:id/restart', async (request) =>
    sessions.restart(personOf(request).email, request.params.id),
  )
}
