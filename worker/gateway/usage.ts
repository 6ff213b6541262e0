/** Reads token counts out of an answer while it passes. */
import { Transform } from 'node:stream'

/** Tokens of one answer; input counts what was read from and written to the cache too. */
export interface Tokens {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** An answer in one piece can be parsed only whole; nothing larger than this holds a `usage` worth waiting for. */
const maxKept = 1_048_576

/**
 * A pass-through that counts. Streams: `message_start` says the input, the last `message_delta` the output. Answers
 * in one piece: the `usage` of the body. Only lines that mention usage are parsed, so long streams cost nothing.
 */
export class UsageMeter extends Transform {
  #tokens: Tokens = { inputTokens: 0, outputTokens: 0 }
  #rest = ''
  readonly #isStream: boolean
  readonly #decoder = new TextDecoder()

  constructor(isStream: boolean) {
    super()
    this.#isStream = isStream
  }

  get tokens(): Tokens {
    return this.#tokens
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#rest += this.#decoder.decode(chunk, { stream: true })
    if (this.#isStream) this.#readLines()
    if (this.#rest.length > maxKept) this.#rest = ''
    done(null, chunk)
  }

  override _flush(done: () => void): void {
    this.#take(this.#isStream ? this.#rest.replace(/^data: ?/, '') : this.#rest)
    done()
  }

  #readLines(): void {
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data:')) this.#take(line.slice(5))
  }

  #take(json: string): void {
    if (json.includes('"usage"')) this.#tokens = addUsage(this.#tokens, json)
  }
}

/** `so far` brought up to date by one event or body; what cannot be read changes nothing. */
export function addUsage(soFar: Tokens, json: string): Tokens {
  let parsed: { message?: { usage?: RawUsage }; usage?: RawUsage } | null
  try {
    parsed = JSON.parse(json)
  } catch {
    return soFar
  }
  const usage = parsed?.message?.usage ?? parsed?.usage
  if (typeof usage !== 'object' || usage === null) return soFar
  const input =
    count(usage.input_tokens) + count(usage.cache_read_input_tokens) + count(usage.cache_creation_input_tokens)
  return {
    inputTokens: Math.max(soFar.inputTokens, input),
    outputTokens: Math.max(soFar.outputTokens, count(usage.output_tokens)),
  }
}

interface RawUsage {
  readonly input_tokens?: unknown
  readonly cache_read_input_tokens?: unknown
  readonly cache_creation_input_tokens?: unknown
  readonly output_tokens?: unknown
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}
