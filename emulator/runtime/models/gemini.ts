/** Gemini generateContent on the wire. */

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

export const gemini: WireFormat = { read, whole, stream }

function read(body: JsonObject, modelInPath: string | undefined): ModelRequest {
  const contents = objectsIn(body['contents'])
  if (contents.length === 0) throw new BadRequest('contents is not specified')
  const system = body['systemInstruction'] ?? body['system_instruction']
  const config = body['generationConfig']
  const limit = isObject(config) ? config['maxOutputTokens'] : undefined
  return {
    model: modelInPath ?? '',
    isStream: false,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    system: isObject(system) ? contentText(system['parts']) : '',
    entries: contents.flatMap(entriesOf),
    tools: objectsIn(body['tools'])
      .flatMap((tool) => objectsIn(tool['functionDeclarations'] ?? tool['function_declarations']))
      .map((offered) => {
        const schema = offered['parametersJsonSchema'] ?? offered['parameters']
        return { name: textOf(offered['name']), schema: isObject(schema) ? schema : {} }
      }),
  }
}

function entriesOf(content: JsonObject): Entry[] {
  const kind = content['role'] === 'model' ? 'assistant' : 'user'
  return objectsIn(content['parts']).flatMap((part): Entry[] => {
    const { functionCall, functionResponse, text } = part as { [name: string]: unknown }
    if (isObject(functionCall)) return [{ kind: 'toolCall', name: textOf(functionCall['name']) }]
    if (isObject(functionResponse)) return [resultOf(functionResponse['response'])]
    return typeof text === 'string' && part['thought'] !== true ? [{ kind, text }] : []
  })
}

function resultOf(response: unknown): Entry {
  if (!isObject(response)) return { kind: 'toolResult', text: '', isError: false }
  const { output, error } = response as { [name: string]: unknown }
  const said = error ?? output ?? response
  const text = typeof said === 'string' ? said : JSON.stringify(said)
  return { kind: 'toolResult', text, isError: error !== undefined }
}

function whole(answer: Answer): JsonObject {
  const { reply } = answer
  const parts = [...(reply.text === '' ? [] : [{ text: reply.text }]), ...callOf(answer)]
  return response(answer, parts, finishReason(answer))
}

function* stream(answer: Answer): Generator<Frame> {
  for (const text of pieces(answer.reply.text)) yield { ...data(response(answer, [{ text }])), isPaced: true }
  yield data(response(answer, callOf(answer), finishReason(answer)))
}

function callOf({ reply, id }: Answer): JsonObject[] {
  return reply.tool === undefined ? [] : [{ functionCall: { id, name: reply.tool.name, args: reply.tool.input } }]
}

function response(answer: Answer, parts: readonly JsonObject[], finishReason?: string): JsonObject {
  const { usage } = answer
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  const content = { role: 'model', parts }
  return {
    candidates: [{ content, index: 0, ...(finishReason === undefined ? {} : { finishReason }) }],
    usageMetadata: {
      promptTokenCount: prompt,
      cachedContentTokenCount: usage.cacheRead,
      candidatesTokenCount: usage.output,
      totalTokenCount: prompt + usage.output,
    },
    modelVersion: answer.model,
    responseId: answer.id,
  }
}

function finishReason({ isCut }: Answer): string {
  return isCut ? 'MAX_TOKENS' : 'STOP'
}

function data(value: JsonObject): Frame {
  return { data: `data: ${JSON.stringify(value)}\n\n` }
}
