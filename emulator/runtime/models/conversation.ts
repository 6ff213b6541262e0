/** What every model API has in common: the conversation so far, the tools on offer, and the answer to give. */

/** A tool that the client offers; `schema` is the JSON schema of its input. */
export interface OfferedTool {
  readonly name: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** One entry of a conversation. Tool calls and results count as entries of their own. */
export type Entry =
  | { readonly kind: 'user' | 'assistant'; readonly text: string }
  | { readonly kind: 'toolCall'; readonly name: string }
  | { readonly kind: 'toolResult'; readonly text: string; readonly isError: boolean }

/** A request in any of the four wire formats. */
export interface ModelRequest {
  readonly model: string
  readonly isStream: boolean
  /** The client's limit for the answer in tokens. */
  readonly maxTokens: number | undefined
  readonly system: string
  readonly entries: readonly Entry[]
  readonly tools: readonly OfferedTool[]
}

/** What the model says: text, then perhaps a tool to use. */
export interface Reply {
  readonly text: string
  readonly tool?: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }
}

/** Token counts of one exchange. */
export interface Usage {
  /** Without what came from or went to the prompt cache. */
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

/** What a wire format needs to write an answer down. */
export interface Answer {
  readonly reply: Reply
  readonly usage: Usage
  readonly model: string
  /** 24 hex digits that make ids of this answer unique. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** The answer was cut at the client's limit. */
  readonly isCut: boolean
}

/** One piece of a streamed answer. Paced pieces wait the settable delay before they are sent. */
export interface Frame {
  readonly data: string
  readonly isPaced?: boolean
}

/** One wire format. */
export interface WireFormat {
  /** @throws BadRequest when the body cannot be a request of this format */
  readonly read: (body: JsonObject, modelInPath: string | undefined) => ModelRequest
  readonly whole: (answer: Answer) => JsonObject
  readonly stream: (answer: Answer, body: JsonObject) => Generator<Frame>
}

export type JsonObject = Readonly<Record<string, unknown>>

/** The client's mistake; the message goes back with status 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a list; nothing for anything else. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Text of a content field: a string, or a list of parts with a `text` each. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return objectsIn(content)
    .map((part) => textOf(part['text']))
    .filter((text) => text !== '')
    .join('\n')
}

/** Words with the space that follows them: the pieces in which answers are streamed. */
export function pieces(text: string): string[] {
  return text.match(/\s*\S+\s*|\s+/g) ?? []
}

/** About four characters make a token; near enough for limits and bills of a rehearsal. */
export function countTokens(value: unknown): number {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return Math.ceil(text.length / 4)
}
