/**
 * Model serving of the emulated workspace: a scripted model behind the wire formats of the classic endpoints and of
 * the AI gateway. Who calls is settled before; here is what it answers, how fast, and when it refuses.
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { anthropic } from './models/anthropic.ts'
import { chat } from './models/chat.ts'
import {
  type Answer,
  BadRequest,
  countTokens,
  isObject,
  type JsonObject,
  type ModelRequest,
  type Reply,
  type Usage,
  type WireFormat,
} from './models/conversation.ts'
import { errorBody } from './models/error-body.ts'
import { gemini } from './models/gemini.ts'
import {
  defaultModelSettings,
  limitRefusal,
  type ModelSettings,
  patchModelSettings,
  type Refusal,
  TokenLimits,
} from './models/limits.ts'
import { isServed, listOf, servedModels } from './models/model-list.ts'
import { responses } from './models/responses.ts'
import { type ModelRoute, modelRoute } from './models/routes.ts'
import { Rules, readRules } from './models/rules.ts'
import { scriptedReply } from './models/script.ts'
import { readJson, sendFrames, sendJson } from './models/transfer.ts'

/** Who calls and what they may use; settled by the control plane. */
export interface ModelCaller {
  /** E-mail address or application id. */
  readonly principal: string
  readonly mayQuery: (model: string) => boolean
}

/** One finished request, as the system tables would show it. */
export interface ModelUsage {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly principal: string
  readonly model: string
  readonly status: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly isStream: boolean
  readonly userAgent: string
}

export interface ScriptedModelsOptions {
  readonly settings?: Partial<ModelSettings>
  /** Endpoints that the lists show; others with the platform's prefix answer too. */
  readonly models?: () => readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** 24 hex digits, different each time. */
  readonly newId?: () => string
  /** Called once per request that reached a model. */
  readonly onUsage?: (usage: ModelUsage) => void
}

export interface ScriptedModels {
  /** Answers a model request; false, and nothing done, when the path is none of the model APIs. */
  readonly handleModelRequest: (
    request: IncomingMessage,
    response: ServerResponse,
    caller: ModelCaller,
  ) => Promise<boolean>
  /** The same as `handleModelControl` for servers that read bodies themselves. */
  readonly control: (method: string, value: unknown) => { readonly status: number; readonly body: JsonObject }
  /**
   * `/__emulator/models`: GET tells scripts and settings; POST takes a list of rules, or an object with `rules` and
   * settings of `ModelSettings`; DELETE goes back to the defaults.
   */
  readonly handleModelControl: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

const formats = { anthropic, responses, chat, gemini } as const satisfies Record<string, WireFormat>

export function createScriptedModels(options: ScriptedModelsOptions = {}): ScriptedModels {
  const initial: ModelSettings = { ...defaultModelSettings, ...options.settings }
  const now = options.now ?? Date.now
  const newId = options.newId ?? (() => randomBytes(12).toString('hex'))
  const models = options.models ?? (() => servedModels)
  const rules = new Rules()
  const limits = new TokenLimits()
  let settings = initial

  /** The failure that was ordered for this request, if any. */
  const orderedFailure = (model: string, api: keyof typeof formats): Refusal | undefined => {
    const { failNext } = settings
    if (failNext.count <= 0) return undefined
    settings = { ...settings, failNext: { ...failNext, count: failNext.count - 1 } }
    const retryAfterS = failNext.retryAfterS
    if (failNext.status === 429) {
      const hit = { kind: 'input', model, limit: 200_000, current: 200_000, retryAfterS: retryAfterS ?? 60 } as const
      const refusal = limitRefusal(settings.limitShape, hit)
      return retryAfterS === undefined ? refusal : { ...refusal, retryAfterS }
    }
    const body = errorBody(api, failNext.status, 'The emulator was told to fail this request.')
    return { status: failNext.status, body, ...(retryAfterS === undefined ? {} : { retryAfterS }) }
  }

  const answer = async (
    route: ModelRoute & { action: 'answer' },
    request: IncomingMessage,
    response: ServerResponse,
    caller: ModelCaller,
  ): Promise<void> => {
    const format = formats[route.api]
    let body: JsonObject
    let asked: ModelRequest
    try {
      body = await readJson(request)
      asked = format.read(body, route.model)
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      return sendJson(response, 400, errorBody(route.api, 400, error.message))
    }
    const isStream = route.api === 'gemini' ? route.isStream : asked.isStream
    const model = asked.model.replace(/\[1m\]$/, '')
    const input = inputUsage(body, asked)
    const finish = (status: number, outputTokens: number) => {
      const inputTokens = status < 400 ? input.input + input.cacheRead + input.cacheWrite : 0
      const userAgent = request.headers['user-agent'] ?? ''
      options.onUsage?.({
        at: now(),
        principal: caller.principal,
        model,
        status,
        inputTokens,
        outputTokens,
        isStream,
        userAgent,
      })
    }
    const refuse = ({ status, body, retryAfterS }: Refusal) => {
      finish(status, 0)
      sendJson(response, status, body, retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) })
    }
    const refusal =
      accessRefusal(route.api, model, caller) ??
      orderedFailure(model, route.api) ??
      strictRefusal(settings, route.api, body)
    if (refusal !== undefined) return refuse(refusal)
    const tokens = { input: input.input + input.cacheWrite, output: asked.maxTokens ?? 1024 }
    const reservation = limits.reserve(settings, model, tokens, now())
    if ('refusal' in reservation) return refuse(reservation.refusal)
    const outcome = rules.apply(asked) ?? { reply: scriptedReply({ ...asked, model }) }
    if ('status' in outcome) {
      reservation.settle(0)
      return refuse({ status: outcome.status, body: errorBody(route.api, outcome.status, outcome.message) })
    }
    const { reply, isCut, output } = cut(outcome.reply, asked.maxTokens)
    const full: Answer = {
      reply,
      usage: { ...input, output },
      model,
      id: newId(),
      createdAt: Math.floor(now() / 1000),
      isCut,
    }
    reservation.settle(output)
    if (isStream) await sendFrames(response, format.stream(full, body), settings.delayMs, isPlainArray(route, request))
    else sendJson(response, 200, format.whole(full))
    return finish(200, output)
  }

  const handleModelRequest: ScriptedModels['handleModelRequest'] = async (request, response, caller) => {
    const url = new URL(request.url ?? '/', 'http://workspace')
    const route = modelRoute(request.method ?? 'GET', url.pathname)
    if (route === undefined) return false
    if (route.action === 'answer') await answer(route, request, response, caller)
    else if (route.action === 'list') sendJson(response, 200, listOf(route.api, models().filter(caller.mayQuery)))
    else {
      const body = await readJson(request).catch(() => ({}))
      const tokens = countTokens(body)
      sendJson(response, 200, route.api === 'gemini' ? { totalTokens: tokens } : { input_tokens: tokens })
    }
    return true
  }

  const control: ScriptedModels['control'] = (method, value) => {
    if (method === 'DELETE') {
      rules.set([])
      settings = initial
    } else if (method !== 'GET') {
      const { rules: given, ...patch } = isObject(value) ? value : { rules: value ?? null }
      const read = given === undefined ? rules.list : readRules(given)
      const patched = patchModelSettings(settings, patch)
      if (typeof read === 'string') return { status: 400, body: { message: `rules: ${read}` } }
      const unknown = patched.refused[0]
      if (unknown !== undefined) return { status: 400, body: { message: `${unknown}: not understood` } }
      if (given !== undefined) rules.set(read)
      settings = patched.settings
    }
    return { status: 200, body: { rules: rules.list, ...settings } }
  }

  const handleModelControl: ScriptedModels['handleModelControl'] = async (request, response) => {
    const method = request.method ?? 'GET'
    const hasBody = method === 'POST' || method === 'PUT'
    const value = hasBody ? await readJson(request, true).catch(() => undefined) : undefined
    const { status, body } = control(method, value)
    sendJson(response, status, body)
  }

  return { handleModelRequest, handleModelControl, control }
}

function accessRefusal(api: keyof typeof formats, model: string, caller: ModelCaller): Refusal | undefined {
  if (!isServed(model)) {
    const message = `The given endpoint does not exist, please retry after checking the specified model and version deployment exists: ${model}`
    return { status: 404, body: { error_code: 'ENDPOINT_NOT_FOUND', message } }
  }
  if (caller.mayQuery(model)) return undefined
  const message = `PERMISSION_DENIED: ${caller.principal} does not have Query permission on endpoint ${model}.`
  return { status: 403, body: { ...errorBody(api, 403, message), error_code: 'PERMISSION_DENIED', message } }
}

function strictRefusal(settings: ModelSettings, api: keyof typeof formats, body: JsonObject): Refusal | undefined {
  if (!settings.isStrict) return undefined
  const field = /"cache_control":\{[^}]*"(scope)"|"(eager_input_streaming)"/.exec(JSON.stringify(body))
  if (field === null) return undefined
  const message = `${field[1] === undefined ? 'eager_input_streaming' : 'cache_control.scope'}: Extra inputs are not permitted`
  return { status: 400, body: errorBody(api, 400, message) }
}

/** With prompt caching asked for, system and tools are written once and read in later turns. */
function inputUsage(body: JsonObject, request: ModelRequest): Omit<Usage, 'output'> {
  const total = countTokens(body)
  const fixed = JSON.stringify(body).includes('"cache_control"') ? countTokens([request.system, request.tools]) : 0
  const isLater = request.entries.some((entry) => entry.kind !== 'user')
  const cached = Math.min(fixed, total)
  return { input: total - cached, cacheRead: isLater ? cached : 0, cacheWrite: isLater ? 0 : cached }
}

function cut(reply: Reply, maxTokens: number | undefined): { reply: Reply; isCut: boolean; output: number } {
  const textTokens = countTokens(reply.text)
  if (maxTokens !== undefined && textTokens > maxTokens) {
    return { reply: { text: reply.text.slice(0, maxTokens * 4) }, isCut: true, output: maxTokens }
  }
  return { reply, isCut: false, output: textTokens + (reply.tool === undefined ? 0 : countTokens(reply.tool) + 8) }
}

/** Gemini streams a JSON array unless the client asks for server-sent events. */
function isPlainArray(route: ModelRoute, request: IncomingMessage): boolean {
  return route.api === 'gemini' && !/[?&]alt=sse\b/.test(request.url ?? '')
}
