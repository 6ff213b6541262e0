/** Files that a participant's page brings: dropped on a terminal, or a picture from the clipboard. */
import type { Readable } from 'node:stream'
import { WorkshopError } from '@workshop/contracts/errors'
import { type UploadedFile, uploadLimits, uploadPath } from '@workshop/contracts/worker-api'
import type { FastifyInstance } from 'fastify'
import { saveUpload } from '../home/save-upload.ts'
import type { AppContext } from './context.ts'
import { personOf } from './me-routes.ts'

type Upload = { Params: { id: string; name: string }; Body: Readable | undefined }

/** PUT /api/sessions/:id/files/:name. Ownership is checked before a byte is read. */
export function uploadRoutes(app: FastifyInstance, context: AppContext): void {
  /** Sessions that take a file now. */
  const busy = new Set<string>()

  void app.register(async (routes) => {
    routes.removeAllContentTypeParsers()
    routes.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body))

    routes.put<Upload>(
      uploadPath(':id', ':name'),
      { bodyLimit: uploadLimits.maxFile },
      async (request, reply): Promise<UploadedFile> => {
        const { id, name } = request.params
        const { folder, seen } = context.sessions.uploads(personOf(request).email, id)
        if (busy.has(id))
          throw new WorkshopError({ code: 'WO-4012', message: 'Another file is on its way to this session' })
        busy.add(id)
        try {
          const saved = await saveUpload({ folder, name, body: request.body })
          reply.code(201)
          return { path: `${seen}/${saved.name}`, size: saved.size }
        } catch (error) {
          // What is still on its way is not read: the connection cannot be used again.
          reply.header('connection', 'close')
          throw error
        } finally {
          busy.delete(id)
        }
      },
    )
  })
}
