/** The workspace side: the participant's own token in place of the session key, for the paths that are open. */
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { allowedBy } from './allow-list.ts'
import { type Exchange, errorText, sendHead } from './exchange.ts'
import type { GatewayOptions } from './gateway.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { refuse, workspaceRefusal } from './refusal.ts'
import type { Upstream } from './upstream.ts'

/** Uploads are streamed, so this protects the line and the volume, not our memory. */
const maxUploadBytes = 512 * 1024 * 1024

/** Rejects when the workspace cannot be reached; every refusal is answered here. */
export async function workspaceCall(exchange: Exchange, options: GatewayOptions, upstream: Upstream): Promise<void> {
  const { request, response, target, owner, signal } = exchange
  const method = request.method ?? 'GET'
  const row = allowedBy(method, target.path)
  if (!row) {
    const message = `${method} ${target.path} is not open to workshop sessions.`
    return refuse(response, workspaceRefusal(403, 'WO-5002', message))
  }
  const token = row.keyless || !owner ? undefined : options.userToken(owner.email)
  if (token === undefined && !row.keyless) {
    const message = 'Your sign-in has brought no workspace token to this worker.'
    return refuse(response, workspaceRefusal(401, 'WO-5004', message))
  }
  const length = request.headers['content-length']
  if (Number(length ?? 0) > maxUploadBytes) {
    return refuse(response, workspaceRefusal(413, 'WO-5002', `Uploads may have ${maxUploadBytes / 1024 / 1024} MB.`))
  }

  const hasBody = (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined
  const answer = await upstream.send({
    method,
    path: target.path + target.query,
    headers: {
      ...requestHeaders(request.headers, token),
      ...(length === undefined ? {} : { 'content-length': length }),
    },
    ...(hasBody ? { body: capped(request) } : {}),
    signal,
  })
  if ((answer.statusCode ?? 502) < 400) {
    sendHead(exchange, answer)
    return pipeline(answer, response)
  }
  const text = await errorText(answer, token)
  const { 'content-length': _, ...headers } = responseHeaders(answer.headers)
  response.writeHead(answer.statusCode ?? 502, headers)
  response.end(method === 'HEAD' ? undefined : text)
}

/** Bodies without a length must not go on for ever. */
function capped(body: Readable): Readable {
  let size = 0
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      done(size > maxUploadBytes ? new Error('the upload is too large') : null, chunk)
    },
  })
  body.on('error', (error) => cap.destroy(error))
  return body.pipe(cap)
}
