/** The model side, in the form of Anthropic's Messages API: the shared token, checked model names, counted tokens. */
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Exchange, errorText, sendHead } from './exchange.ts'
import type { GatewayOptions } from './gateway.ts'
import { requestHeaders } from './headers.ts'
import { allowedModels, endpointFor } from './models.ts'
import { anthropicError, modelRefusal, refuse } from './refusal.ts'
import { retryWait } from './retry.ts'
import type { Upstream } from './upstream.ts'
import { UsageMeter } from './usage.ts'

/** The largest request that the Messages API takes. */
export const maxModelBytes = 32 * 1024 * 1024
const messages = '/anthropic/v1/messages'
const countTokens = `${messages}/count_tokens`

/** Chance and time, which tests set. */
export interface ModelClock {
  readonly random: () => number
  readonly now: () => number
  /** Rejects when the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Rejects when the workspace cannot be reached; every refusal is answered here. */
export async function modelCall(
  exchange: Exchange,
  options: GatewayOptions,
  upstream: Upstream,
  clock: ModelClock,
): Promise<void> {
  const { request, response, target } = exchange
  if (request.method !== 'POST' || (target.path !== messages && target.path !== countTokens)) {
    return refuse(
      response,
      modelRefusal('WO-5002', `${request.method} ${target.path} is not part of the Messages API here.`, 404),
    )
  }
  const body = await readBody(request)
  if (body === undefined) return refuse(response, modelRefusal('WO-5003', 'The request is larger than 32 MB.', 413))

  const prepared = withEndpoint(body, options.models())
  if (typeof prepared === 'string') return refuse(response, modelRefusal('WO-5005', prepared))
  const token = options.modelToken()
  if (token === undefined) return refuse(response, modelRefusal('WO-5003', 'This workshop has no model token yet.'))

  const answer = await sendPatiently({ exchange, body: prepared, token, upstream, clock })
  const status = answer.statusCode ?? 502
  if (status < 300) return pass(exchange, answer)
  const text = await errorText(answer, token)
  if (target.path === countTokens && (status === 404 || status === 405 || status === 501)) {
    return sendJson(exchange, 200, { input_tokens: Math.ceil(body.length / 4) })
  }
  passError(exchange, answer, text)
}

/** The body with the serving endpoint as its model, or one sentence on why not. */
function withEndpoint(body: Buffer, models: { readonly claude: string }): Buffer | string {
  let parsed: { model?: unknown } | null
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    return 'The request is not JSON.'
  }
  const name = parsed?.model
  const endpoint = endpointFor(name, models)
  if (endpoint === undefined) {
    const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : 'without a name'
    return `The model ${shown} is not offered here. Models: ${allowedModels(models).join(', ')}.`
  }
  return name === endpoint ? body : Buffer.from(JSON.stringify({ ...parsed, model: endpoint }))
}

async function sendPatiently(call: {
  readonly exchange: Exchange
  readonly body: Buffer
  readonly token: string
  readonly upstream: Upstream
  readonly clock: ModelClock
}): Promise<IncomingMessage> {
  const { exchange, body, token, upstream, clock } = call
  const { request, target, signal } = exchange
  for (let attempt = 0; ; attempt++) {
    const answer = await upstream.send({
      method: 'POST',
      path: `/serving-endpoints${target.path}${target.query}`,
      headers: { ...requestHeaders(request.headers, token), 'content-length': body.length },
      body,
      signal,
    })
    const state = { status: answer.statusCode ?? 502, retryAfter: answer.headers['retry-after'] }
    const wait = retryWait(state, attempt, { random: clock.random(), now: clock.now() })
    if (wait === undefined) return answer
    answer.resume()
    await clock.sleep(wait, signal)
  }
}

async function pass(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const meter = new UsageMeter(String(answer.headers['content-type']).startsWith('text/event-stream'))
  sendHead(exchange, answer)
  try {
    await pipeline(answer, meter, exchange.response)
  } finally {
    if (exchange.target.path === messages) exchange.charge(meter.tokens)
  }
}

/**
 * A refused shared token is nobody's login: 401 and 403 would make Claude speak of authentication, so they become
 * 400. So does 404, for which Claude would blame the model's name and hide what the workspace says. Everything else
 * keeps its status, in a body that Claude can show.
 */
function passError(exchange: Exchange, answer: IncomingMessage, text: string): void {
  const status = answer.statusCode ?? 502
  const retryAfter = answer.headers['retry-after']
  if (status === 401 || status === 403) {
    const message = "The workspace refuses the workshop's model token; the organiser can renew it."
    refuse(exchange.response, modelRefusal('WO-5003', message))
  } else {
    const body = errorBodyOf(text) ?? anthropicError(status, `WO-5003 The model endpoint refused: ${messageOf(text)}`)
    sendJson(
      exchange,
      status < 400 ? 502 : status === 404 ? 400 : status,
      body,
      retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    )
  }
}

function errorBodyOf(text: string): object | undefined {
  try {
    const parsed = JSON.parse(text)
    return parsed?.type === 'error' && typeof parsed.error?.message === 'string' ? parsed : undefined
  } catch {
    return undefined
  }
}

/** The sentence in the platform's envelope, or the text itself, short. */
function messageOf(text: string): string {
  try {
    const parsed = JSON.parse(text)
    return String(parsed?.message ?? parsed?.error?.message ?? text).slice(0, 500)
  } catch {
    return text.slice(0, 500)
  }
}

function sendJson({ response }: Exchange, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Undefined when it is too large; the rest is then left unread. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxModelBytes) return undefined
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not close the connection, on which the refusal still has to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > maxModelBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
