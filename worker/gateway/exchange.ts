/** One request on its way through the gateway, and the steps that both sides share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KeyOwner } from './gateway.ts'
import { responseHeaders } from './headers.ts'
import { keyPrefix } from './keys.ts'
import type { Target } from './target.ts'
import type { Tokens } from './usage.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
  /** Absent only on paths that need no key. */
  readonly owner: KeyOwner | undefined
  /** Fires when the client goes away, the key is revoked or the gateway closes. */
  readonly signal: AbortSignal
  /** What the models said this request cost. */
  readonly charge: (tokens: Tokens) => void
}

/** Error texts are short; what is longer is cut. */
const maxErrorText = 65_536

/** Sends the head of the answer, before the body is streamed. */
export function sendHead({ response }: Exchange, answer: IncomingMessage): void {
  response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers))
  response.flushHeaders()
}

/** The text of an error answer with the real token removed, should anything upstream have repeated it. */
export async function errorText(answer: IncomingMessage, token: string | undefined): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxErrorText) break
  }
  const text = Buffer.concat(chunks).subarray(0, maxErrorText).toString('utf8')
  return token ? text.replaceAll(token, `${keyPrefix}…`) : text
}
