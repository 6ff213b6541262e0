/** The JSON routes of contracts/fleet-api.ts over a running controller. */
import { WorkshopError } from '@workshop/contracts/errors'
import { validateRoomSpec } from '@workshop/contracts/validate-room'
import type { FastifyInstance } from 'fastify'
import type { Controller } from '../loop/controller.ts'

interface Key {
  readonly Params: { readonly namespace: string; readonly name: string }
}

/** Adds the routes below /api/workshops. */
export function addWorkshopRoutes(server: FastifyInstance, controller: Controller): void {
  const one = '/api/workshops/:namespace/:name'

  server.get('/api/workshops', () => controller.views())
  server.get<Key>(one, ({ params }) => controller.view(keyOf(params)) ?? missing(params))
  server.get<Key>(`${one}/activity`, ({ params }) =>
    controller.view(keyOf(params)) ? controller.activity(keyOf(params)) : missing(params),
  )
  server.post<Key>(`${one}/reconcile`, ({ params }, reply) => {
    if (!controller.reconcileNow(keyOf(params), true)) missing(params)
    return reply.code(202).send({})
  })
  server.put<Key & { Body: unknown }>(`${one}/room`, async ({ params, body }, reply) => {
    const { spec, problems } = validateRoomSpec(params.name, body)
    if (!spec) throw new WorkshopError(problems)
    if (!(await controller.setRoom(keyOf(params), spec))) missing(params)
    return reply.code(202).send({})
  })
  server.post<Key>(`${one}/confirm-removal`, ({ params }, reply) => {
    if (!controller.view(keyOf(params))) missing(params)
    if (!controller.confirmRemoval(keyOf(params))) {
      throw new WorkshopError({ code: 'WO-1176', message: 'its removal does not wait', where: keyOf(params) })
    }
    return reply.code(202).send({})
  })
  server.post<Key & { Body: unknown }>(`${one}/suspend`, ({ params, body }, reply) => {
    const on = (body as { on?: unknown } | null)?.on
    if (typeof on !== 'boolean') {
      throw new WorkshopError({ code: 'WO-4009', message: 'on must be true or false', where: 'on' })
    }
    if (!controller.setSuspended(keyOf(params), on)) missing(params)
    return reply.code(202).send({})
  })
}

const keyOf = ({ namespace, name }: Key['Params']) => `${namespace}/${name}`

function missing(params: Key['Params']): never {
  throw new WorkshopError({ code: 'WO-1161', message: 'there is no Workshop of this name', where: keyOf(params) })
}
