/**
 * Terminals over plain requests, where WebSockets do not get through. Same gate, same owner check, same bounds as an
 * upgrade; every request is judged anew. docs/reference/protocol.md has the rules.
 */
import { randomBytes } from 'node:crypto'
import { WorkshopError } from '@workshop/contracts/errors'
import { terminalHttp, terminalHttpPath } from '@workshop/contracts/terminal-http'
import { closeCode, type TerminalRole } from '@workshop/contracts/terminal-protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RunningTerminal } from '../sessions/launcher.ts'
import type { Conversation } from '../terminal/conversation.ts'
import { HttpConnection } from '../terminal/http-connection.ts'
import type { ViewerLink } from '../terminal/viewer.ts'
import type { AppContext, Person } from './context.ts'
import { personOf } from './me-routes.ts'
import type { SocketLimits } from './socket-limits.ts'
import { addressOf, type OpenTerminals } from './terminal-upgrade.ts'

/** Begins a viewer's conversation with a terminal. */
export type Converse<T extends RunningTerminal> = (
  link: ViewerLink,
  terminal: T,
  person: Person,
  role: TerminalRole,
) => Conversation

interface Open {
  readonly connection: HttpConnection
  readonly session: string
  readonly person: Person
  readonly role: TerminalRole
}

type OfSession = { Params: { id: string }; Body: Buffer | undefined }
type OfConnection = {
  Params: { id: string; connection: string }
  Querystring: { batch: string }
  Body: Buffer | undefined
}

const batchSchema = {
  querystring: {
    type: 'object',
    required: ['batch'],
    properties: { batch: { type: 'string', pattern: '^(0|[1-9][0-9]{0,14})$' } },
  },
}

const nothingSaid = new Uint8Array(0)
/** A poll comes with each burst of output: not for the log. */
const logLevel = 'warn' as const

/** Adds the routes; call it before the server listens. */
export function terminalHttpRoutes<T extends RunningTerminal>(
  app: FastifyInstance,
  context: AppContext<T>,
  limits: SocketLimits,
  converse: Converse<T>,
): OpenTerminals {
  const open = new Map<string, Open>()

  const connectionOf = (request: FastifyRequest<OfConnection>): HttpConnection => {
    const person = personOf(request)
    const { id, connection } = request.params
    const { as } = context.sessions.seen(person, id)
    const found = open.get(connection)
    if (found?.session !== id || found.person.email !== person.email || found.role !== as) throw nothing('connection')
    return found.connection
  }

  const begin = (request: FastifyRequest<OfSession>, reply: FastifyReply) => {
    const person = personOf(request)
    const session = request.params.id
    const { session: seen, as: role } = context.sessions.seen(person, session)
    const { terminal } = seen
    if (terminal === undefined) throw nothing('session')
    const address = addressOf(request.raw)
    if (!limits.take(person.email, address, Date.now()))
      throw new WorkshopError({ code: 'WO-4012', message: 'This person or address has too many terminals open' })
    const id = randomBytes(16).toString('hex')
    const connection = new HttpConnection(
      (link) => converse(link, terminal, person, role),
      () => {
        if (open.delete(id)) limits.release(person.email, address)
      },
    )
    open.set(id, { connection, session, person, role })
    connection.post(0, request.body ?? nothingSaid)
    return reply.code(201).send({ connection: id })
  }

  void app.register(async (routes) => {
    routes.removeAllContentTypeParsers()
    const options = { parseAs: 'buffer', bodyLimit: terminalHttp.maxPost } as const
    routes.addContentTypeParser(terminalHttp.contentType, options, (_request, body, done) => done(null, body))

    routes.post<OfSession>(terminalHttpPath(':id'), { logLevel }, begin)

    const path = terminalHttpPath(':id', ':connection')
    const poll = { logLevel, schema: batchSchema, exposeHeadRoute: false }
    routes.get<OfConnection>(path, poll, async (request, reply) => {
      const answer = await connectionOf(request).poll(Number(request.query.batch))
      if (answer.kind === 'none') return reply.code(204).send()
      if (answer.kind === 'closed') return reply.code(410).send(answer.closed)
      return reply.type(terminalHttp.contentType).send(answer.body)
    })

    routes.post<OfConnection>(path, { logLevel, schema: batchSchema }, async (request, reply) => {
      // Batch 0 came with the opening.
      connectionOf(request).post(Number(request.query.batch) + 1, request.body ?? nothingSaid)
      return reply.code(204).send()
    })

    routes.delete<OfConnection>(path, { logLevel }, async (request, reply) => {
      connectionOf(request).leave()
      return reply.code(204).send()
    })
  })

  return {
    dropWhere: (isGone) => {
      for (const { connection, ...visitor } of open.values())
        if (isGone(visitor)) connection.close(closeCode.forbidden, 'you are not on the roster any more')
    },
  }
}

const nothing = (what: string) =>
  new WorkshopError({ code: 'WO-4005', message: `There is no ${what} of yours with this id` })
