/** OpenAI chat completions on the wire; also what `/serving-endpoints/NAME/invocations` speaks. */

import {
  type Answer,
  BadRequest,
  contentText,
  type Entry,
  type Frame,
  isObject,
  type JsonObject,
  type ModelRequest,
  objectsIn,
  pieces,
  textOf,
  type WireFormat,
} from './conversation.ts'

export const chat: WireFormat = { read, whole, stream }

function read(body: JsonObject, modelInPath: string | undefined): ModelRequest {
  const model = modelInPath ?? body['model']
  if (typeof model !== 'string' || model === '') throw new BadRequest('model is required')
  const messages = objectsIn(body['messages'])
  if (messages.length === 0) throw new BadRequest('messages must hold at least one message')
  const isSystem = (message: JsonObject) => message['role'] === 'system' || message['role'] === 'developer'
  const limit = body['max_completion_tokens'] ?? body['max_tokens']
  return {
    model,
    isStream: body['stream'] === true,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    system: messages
      .filter(isSystem)
      .map((message) => contentText(message['content']))
      .join('\n'),
    entries: messages.filter((message) => !isSystem(message)).flatMap(entriesOf),
    tools: objectsIn(body['tools']).flatMap(({ function: offered }) =>
      isObject(offered)
        ? [{ name: textOf(offered['name']), schema: isObject(offered['parameters']) ? offered['parameters'] : {} }]
        : [],
    ),
  }
}

function entriesOf(message: JsonObject): Entry[] {
  const text = contentText(message['content'])
  if (message['role'] === 'tool') return [{ kind: 'toolResult', text, isError: false }]
  if (message['role'] !== 'assistant') return [{ kind: 'user', text }]
  const calls = objectsIn(message['tool_calls']).map((call): Entry => {
    const called = call['function']
    return { kind: 'toolCall', name: isObject(called) ? textOf(called['name']) : '' }
  })
  return [...(text === '' ? [] : [{ kind: 'assistant', text } as const]), ...calls]
}

function whole(answer: Answer): JsonObject {
  const { reply } = answer
  const message = {
    role: 'assistant',
    content: reply.text === '' ? null : reply.text,
    ...(reply.tool === undefined ? {} : { tool_calls: [toolCall(answer, JSON.stringify(reply.tool.input))] }),
  }
  const choices = [{ index: 0, message, finish_reason: finishReason(answer) }]
  return { ...head(answer, 'chat.completion'), choices, usage: usageOf(answer) }
}

function* stream(answer: Answer, body: JsonObject): Generator<Frame> {
  const { reply } = answer
  const chunk = (delta: JsonObject, finish: string | null = null): Frame =>
    data({ ...head(answer, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] })
  yield chunk({ role: 'assistant', content: '' })
  for (const content of pieces(reply.text)) yield { ...chunk({ content }), isPaced: true }
  if (reply.tool !== undefined) {
    yield chunk({ tool_calls: [{ index: 0, ...toolCall(answer, '') }] })
    for (const json of pieces(JSON.stringify(reply.tool.input))) {
      yield { ...chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] }), isPaced: true }
    }
  }
  yield chunk({}, finishReason(answer))
  const wanted = body['stream_options']
  if (isObject(wanted) && wanted['include_usage'] === true) {
    yield data({ ...head(answer, 'chat.completion.chunk'), choices: [], usage: usageOf(answer) })
  }
  yield { data: 'data: [DONE]\n\n' }
}

function head(answer: Answer, object: string): JsonObject {
  return { id: `chatcmpl-${answer.id}`, object, created: answer.createdAt, model: answer.model }
}

function toolCall({ reply, id }: Answer, json: string): JsonObject {
  return { id: `call_${id}`, type: 'function', function: { name: reply.tool?.name ?? '', arguments: json } }
}

function finishReason({ reply, isCut }: Answer): string {
  if (isCut) return 'length'
  return reply.tool === undefined ? 'stop' : 'tool_calls'
}

function usageOf({ usage }: Answer): JsonObject {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
  }
}

function data(value: JsonObject): Frame {
  return { data: `data: ${JSON.stringify(value)}\n\n` }
}
