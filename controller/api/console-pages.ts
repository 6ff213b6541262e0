/** Serves the built control room: its page for every address that a browser may open, its files by name. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { errorBody } from '@workshop/contracts/errors'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isOneOf, keyCookie } from './key-check.ts'

/** Adds `/`, the files below `consoleDir` and the page for every other address outside /api. */
export async function addConsolePages(
  server: FastifyInstance,
  consoleDir: string,
  keys: readonly string[],
): Promise<void> {
  const page = join(consoleDir, 'control-room.html')
  const sendPage = async (reply: FastifyReply) => {
    if (!existsSync(page))
      return reply.code(503).type('text/plain').send('The control room is not built: npm run bundle\n')
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await readFile(page))
  }

  if (existsSync(consoleDir)) {
    await server.register(fastifyStatic, {
      root: consoleDir,
      index: false,
      wildcard: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/')
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }

  server.get<{ Querystring: { key?: string } }>('/', async (request, reply) => {
    const { key } = request.query
    if (key === undefined || !isOneOf(key, keys)) return sendPage(reply)
    // The key leaves the address bar at once: it must not end up in histories, pictures and referrers.
    return reply.header('set-cookie', `${keyCookie}=${key}; Path=/; HttpOnly; SameSite=Strict`).redirect('/', 303)
  })

  server.setNotFoundHandler(async (request, reply) => {
    const isPage = request.method === 'GET' && !request.url.startsWith('/api/') && !/\.\w+$/.test(request.url)
    if (isPage && request.headers.accept?.includes('text/html')) return sendPage(reply)
    const problem = {
      code: 'WO-4009',
      message: 'there is nothing at this address',
      where: request.url.split('?')[0] ?? '',
    }
    return reply.code(404).send(errorBody(problem as Parameters<typeof errorBody>[0]))
  })
}
