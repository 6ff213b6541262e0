/** POST /hooks/git: a git host says that something was pushed, and the sources look. What it says is not believed, only that it knows the secret. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { FastifyInstance } from 'fastify'
import type { Controller } from '../loop/controller.ts'
import { isFromGitHost } from './webhook-signature.ts'

/** Pushes of a thousand commits stay below; the body is only hashed. */
const maxBytes = 4_000_000

/** Adds the route; without a secret there is none. */
export async function addWebhook(server: FastifyInstance, controller: Controller, secret: string): Promise<void> {
  // A scope of its own: only here are bodies left as the bytes that were signed.
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBytes }, (_request, body, done) =>
      done(null, body),
    )
    scope.post('/hooks/git', { bodyLimit: maxBytes }, ({ headers, body }, reply) => {
      if (!isFromGitHost(headers, Buffer.isBuffer(body) ? body : Buffer.alloc(0), secret)) {
        throw new UnsignedPush()
      }
      controller.pollSources()
      return reply.code(202).send({})
    })
  })
}

/** Answered with 401. */
export class UnsignedPush extends WorkshopError {
  readonly status = 401

  constructor() {
    const fix = 'give the git host the secret of --webhook-secret-file, and let it sign with SHA-256'
    super({ code: 'WO-4010', message: 'the push notice is not signed with the webhook secret', fix })
  }
}
