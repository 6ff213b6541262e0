/** The built console: hashed assets for ever, pages never from a cache, and one page for every path of its router. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { WorkshopError } from '@workshop/contracts/errors'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from './context.ts'
import { isNavigation } from './request-shape.ts'

/** Serves `consoleDir`; without one, only the API answers and pages say so. */
export async function consoleFiles(app: FastifyInstance, { consoleDir }: AppContext): Promise<void> {
  const hasConsole = consoleDir !== undefined && existsSync(join(consoleDir, 'index.html'))
  if (hasConsole) {
    await app.register(fastifyStatic, {
      root: consoleDir,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    app.get('/', async (_request, reply) => reply.sendFile('index.html'))
  }
  app.setNotFoundHandler((request, reply) => {
    if (isNavigation(request) && hasConsole) return reply.sendFile('index.html')
    throw new WorkshopError({ code: 'WO-4005', message: 'There is nothing at this address' })
  })
}
