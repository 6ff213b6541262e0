/** Refusals on demand: failures for the next requests, and tokens-per-minute limits with both of the platform's 429s. */

import { isObject } from './conversation.ts'

/** `workspace` is what serving endpoints were seen to send, `gateway` what the AI gateway documents. */
export type LimitShape = 'workspace' | 'gateway'

export interface ModelSettings {
  /** Pause before each piece of a streamed answer. */
  readonly delayMs: number
  /** Fail the next `count` requests. */
  readonly failNext: { readonly count: number; readonly status: number; readonly retryAfterS?: number }
  /** Per model and minute, shared by all callers; 0 is no limit. */
  readonly inputTokensPerMinute: number
  /** The same for answers; a request reserves its max_tokens and gets back what it did not use. */
  readonly outputTokensPerMinute: number
  readonly limitShape: LimitShape
  /** Refuse fields that classic serving endpoints refuse (`cache_control.scope`, `eager_input_streaming`). */
  readonly isStrict: boolean
}

export const defaultModelSettings: ModelSettings = {
  delayMs: 18,
  failNext: { count: 0, status: 429 },
  inputTokensPerMinute: 0,
  outputTokensPerMinute: 0,
  limitShape: 'workspace',
  isStrict: false,
}

/** An HTTP error to answer with. */
export interface Refusal {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfterS?: number
}

export class TokenLimits {
  readonly #used = new Map<string, { readonly minute: number; input: number; output: number }>()

  /**
   * Takes tokens out of the minute's budget of a model.
   * @param nowMs milliseconds since the epoch
   * @returns the refusal, or what gives the unused part of the answer's reservation back
   */
  reserve(
    settings: ModelSettings,
    model: string,
    tokens: { readonly input: number; readonly output: number },
    nowMs: number,
  ): { readonly refusal: Refusal } | { readonly settle: (output: number) => void } {
    const minute = Math.floor(nowMs / 60_000)
    const before = this.#used.get(model)
    const used = before?.minute === minute ? before : { minute, input: 0, output: 0 }
    this.#used.set(model, used)
    for (const [kind, limit] of [
      ['input', settings.inputTokensPerMinute],
      ['output', settings.outputTokensPerMinute],
    ] as const) {
      if (limit > 0 && used[kind] + tokens[kind] > limit) {
        const retryAfterS = Math.ceil(60 - ((nowMs / 1000) % 60))
        return { refusal: limitRefusal(settings.limitShape, { kind, model, limit, current: used[kind], retryAfterS }) }
      }
    }
    used.input += tokens.input
    used.output += tokens.output
    return {
      settle: (output) => {
        used.output -= tokens.output - output
      },
    }
  }
}

interface LimitHit {
  readonly kind: 'input' | 'output'
  readonly model: string
  readonly limit: number
  readonly current: number
  readonly retryAfterS: number
}

/** The two 429s of the platform. The workspace's has no Retry-After. */
export function limitRefusal(shape: LimitShape, hit: LimitHit): Refusal {
  if (shape === 'workspace') {
    const message = `REQUEST_LIMIT_EXCEEDED: Exceeded workspace ${hit.kind} tokens per minute rate limit for ${hit.model}. Please retry later.`
    return { status: 429, body: { error_code: 'REQUEST_LIMIT_EXCEEDED', message } }
  }
  const error = {
    message: `Rate limit exceeded: ${hit.kind} tokens per minute for ${hit.model}`,
    type: 'rate_limit_exceeded',
    code: 429,
    limit_type: `${hit.kind}_tokens_per_minute`,
    limit: hit.limit,
    current: hit.current,
    retry_after: hit.retryAfterS,
  }
  return { status: 429, body: { error }, retryAfterS: hit.retryAfterS }
}

/** Takes what is known and well-formed from `patch`; names the rest. */
export function patchModelSettings(
  settings: ModelSettings,
  patch: unknown,
): { readonly settings: ModelSettings; readonly refused: readonly string[] } {
  const fits = ([name, value]: [string, unknown]) => {
    if (name === 'failNext') return isObject(value) && isCount(value['count']) && isStatus(value['status'] ?? 429)
    if (name === 'limitShape') return value === 'workspace' || value === 'gateway'
    if (name === 'isStrict') return typeof value === 'boolean'
    return ['delayMs', 'inputTokensPerMinute', 'outputTokensPerMinute'].includes(name) && isCount(value)
  }
  const entries = isObject(patch) ? Object.entries(patch) : [['settings', patch] as [string, unknown]]
  const taken = Object.fromEntries(entries.filter(fits)) as Partial<ModelSettings>
  const failNext =
    taken.failNext === undefined ? settings.failNext : { ...defaultModelSettings.failNext, ...taken.failNext }
  return {
    settings: { ...settings, ...taken, failNext },
    refused: entries.flatMap((entry) => (fits(entry) ? [] : [entry[0]])),
  }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600
}
