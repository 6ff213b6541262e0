/** Anthropic Messages on the wire. Unknown fields, betas and thinking settings are taken and ignored. */

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

export const anthropic: WireFormat = { read, whole, stream }

function read(body: JsonObject): ModelRequest {
  const model = body['model']
  if (typeof model !== 'string' || model === '') throw new BadRequest('model: Field required')
  const messages = body['messages']
  if (!Array.isArray(messages) || messages.length === 0)
    throw new BadRequest('messages: at least one message is required')
  const system = [contentText(body['system'])]
  const entries: Entry[] = []
  for (const message of objectsIn(messages)) {
    if (message['role'] === 'system') system.push(contentText(message['content']))
    else entries.push(...entriesOf(message))
  }
  return {
    model,
    isStream: body['stream'] === true,
    maxTokens: typeof body['max_tokens'] === 'number' ? body['max_tokens'] : undefined,
    system: system.join('\n'),
    entries,
    tools: objectsIn(body['tools']).map((tool) => ({
      name: textOf(tool['name']),
      schema: isObject(tool['input_schema']) ? tool['input_schema'] : {},
    })),
  }
}

function entriesOf(message: JsonObject): Entry[] {
  const kind = message['role'] === 'assistant' ? 'assistant' : 'user'
  const content = message['content']
  if (typeof content === 'string') return [{ kind, text: content }]
  return objectsIn(content).flatMap((block): Entry[] => {
    switch (block['type']) {
      case 'text':
        return [{ kind, text: textOf(block['text']) }]
      case 'tool_use':
        return [{ kind: 'toolCall', name: textOf(block['name']) }]
      case 'tool_result':
        return [{ kind: 'toolResult', text: contentText(block['content']), isError: block['is_error'] === true }]
      default:
        return []
    }
  })
}

function message(
  answer: Answer,
  content: readonly unknown[],
  stopReason: string | null,
  outputTokens: number,
): JsonObject {
  return {
    id: `msg_${answer.id}`,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: {
      input_tokens: answer.usage.input,
      cache_creation_input_tokens: answer.usage.cacheWrite,
      cache_read_input_tokens: answer.usage.cacheRead,
      output_tokens: outputTokens,
    },
  }
}

function whole(answer: Answer): JsonObject {
  const { reply } = answer
  const content: unknown[] = reply.text === '' ? [] : [{ type: 'text', text: reply.text }]
  if (reply.tool !== undefined) {
    content.push({ type: 'tool_use', id: `toolu_${answer.id}`, name: reply.tool.name, input: reply.tool.input })
  }
  return message(answer, content, stopReasonOf(answer), answer.usage.output)
}

function* stream(answer: Answer): Generator<Frame> {
  const { reply } = answer
  yield event({ type: 'message_start', message: message(answer, [], null, 1) })
  let index = 0
  if (reply.text !== '') {
    yield event({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } })
    yield event({ type: 'ping' })
    for (const text of pieces(reply.text)) {
      yield { ...event({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }), isPaced: true }
    }
    yield event({ type: 'content_block_stop', index })
    index += 1
  }
  if (reply.tool !== undefined) {
    const block = { type: 'tool_use', id: `toolu_${answer.id}`, name: reply.tool.name, input: {} }
    yield event({ type: 'content_block_start', index, content_block: block })
    for (const json of pieces(JSON.stringify(reply.tool.input))) {
      const delta = { type: 'input_json_delta', partial_json: json }
      yield { ...event({ type: 'content_block_delta', index, delta }), isPaced: true }
    }
    yield event({ type: 'content_block_stop', index })
  }
  const delta = { stop_reason: stopReasonOf(answer), stop_sequence: null }
  yield event({ type: 'message_delta', delta, usage: { output_tokens: answer.usage.output } })
  yield event({ type: 'message_stop' })
}

function stopReasonOf({ reply, isCut }: Answer): string {
  if (isCut) return 'max_tokens'
  return reply.tool === undefined ? 'end_turn' : 'tool_use'
}

function event(data: { readonly type: string } & JsonObject): Frame {
  return { data: `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n` }
}
