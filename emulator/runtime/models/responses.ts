/** OpenAI Responses on the wire, as Codex speaks it. */

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

export const responses: WireFormat = { read, whole, stream }

function read(body: JsonObject): ModelRequest {
  const model = body['model']
  if (typeof model !== 'string' || model === '') throw new BadRequest("Missing required parameter: 'model'.")
  const input = body['input']
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : objectsIn(input)
  if (items.length === 0) throw new BadRequest("Missing required parameter: 'input'.")
  const isSystem = (item: JsonObject) => item['role'] === 'system' || item['role'] === 'developer'
  const said = items.filter(isSystem).map((item) => contentText(item['content']))
  return {
    model,
    isStream: body['stream'] === true,
    maxTokens: typeof body['max_output_tokens'] === 'number' ? body['max_output_tokens'] : undefined,
    system: [textOf(body['instructions']), ...said].join('\n'),
    entries: items.filter((item) => !isSystem(item)).flatMap(entriesOf),
    tools: objectsIn(body['tools']).flatMap((tool) =>
      tool['type'] === 'function'
        ? [{ name: textOf(tool['name']), schema: isObject(tool['parameters']) ? tool['parameters'] : {} }]
        : [],
    ),
  }
}

function entriesOf(item: JsonObject): Entry[] {
  const type = item['type'] ?? 'message'
  if (type === 'message') {
    const kind = item['role'] === 'assistant' ? 'assistant' : 'user'
    return [{ kind, text: contentText(item['content']) }]
  }
  if (type === 'function_call' || type === 'custom_tool_call') return [{ kind: 'toolCall', name: textOf(item['name']) }]
  if (type !== 'function_call_output' && type !== 'custom_tool_call_output') return []
  const text = contentText(item['output'])
  return [{ kind: 'toolResult', text, isError: /exit(?:ed with)? code:? [1-9]/i.test(text) }]
}

const inProgress = { status: 'in_progress' } as const
const completed = { status: 'completed' } as const

function messageItem({ id }: Answer, text: string | undefined): JsonObject {
  const content = text === undefined ? [] : [textPart(text)]
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    content,
    ...(text === undefined ? inProgress : completed),
  }
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [] }
}

function callItem({ id, reply }: Answer, json: string, state: JsonObject): JsonObject {
  return {
    id: `fc_${id}`,
    type: 'function_call',
    call_id: `call_${id}`,
    name: reply.tool?.name ?? '',
    arguments: json,
    ...state,
  }
}

function whole(answer: Answer): JsonObject {
  const { reply } = answer
  const output: JsonObject[] = reply.text === '' ? [] : [messageItem(answer, reply.text)]
  if (reply.tool !== undefined) output.push(callItem(answer, JSON.stringify(reply.tool.input), completed))
  const cutOff = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  return { ...head(answer), ...(answer.isCut ? cutOff : completed), output, usage: usageOf(answer) }
}

function head(answer: Answer): JsonObject {
  return { id: `resp_${answer.id}`, object: 'response', created_at: answer.createdAt, model: answer.model, error: null }
}

function* stream(answer: Answer): Generator<Frame> {
  let number = 0
  const event = (type: string, fields: JsonObject, isPaced = false): Frame => {
    const data = { type, sequence_number: number, ...fields }
    number += 1
    return { data: `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, isPaced }
  }
  const { reply } = answer
  const begun = { ...head(answer), ...inProgress, output: [], usage: null }
  yield event('response.created', { response: begun })
  yield event('response.in_progress', { response: begun })
  let index = 0
  if (reply.text !== '') {
    const at = { item_id: `msg_${answer.id}`, output_index: index, content_index: 0 }
    yield event('response.output_item.added', { output_index: index, item: messageItem(answer, undefined) })
    yield event('response.content_part.added', { ...at, part: textPart('') })
    for (const delta of pieces(reply.text)) yield event('response.output_text.delta', { ...at, delta }, true)
    yield event('response.output_text.done', { ...at, text: reply.text })
    yield event('response.content_part.done', { ...at, part: textPart(reply.text) })
    yield event('response.output_item.done', { output_index: index, item: messageItem(answer, reply.text) })
    index += 1
  }
  if (reply.tool !== undefined) {
    const json = JSON.stringify(reply.tool.input)
    const at = { item_id: `fc_${answer.id}`, output_index: index }
    yield event('response.output_item.added', { output_index: index, item: callItem(answer, '', inProgress) })
    for (const delta of pieces(json)) yield event('response.function_call_arguments.delta', { ...at, delta }, true)
    yield event('response.function_call_arguments.done', { ...at, arguments: json })
    yield event('response.output_item.done', { output_index: index, item: callItem(answer, json, completed) })
  }
  yield event(answer.isCut ? 'response.incomplete' : 'response.completed', { response: whole(answer) })
}

function usageOf({ usage }: Answer): JsonObject {
  const input = usage.input + usage.cacheRead + usage.cacheWrite
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + usage.output,
  }
}
