/** Which model API a path of the workspace or of the AI gateway is. Pure. */

export type ModelRoute =
  | { readonly api: 'anthropic' | 'responses' | 'chat'; readonly action: 'answer'; readonly model?: string }
  | { readonly api: 'gemini'; readonly action: 'answer'; readonly model: string; readonly isStream: boolean }
  | { readonly api: 'anthropic'; readonly action: 'count' }
  | { readonly api: 'gemini'; readonly action: 'count'; readonly model: string }
  | { readonly api: 'anthropic' | 'responses' | 'gemini' | 'chat'; readonly action: 'list' }

const bases: readonly (readonly [RegExp, 'anthropic' | 'responses' | 'gemini' | 'chat'])[] = [
  [/^\/(?:serving-endpoints|ai-gateway)\/anthropic(\/v1\/.*)$/, 'anthropic'],
  [/^\/anthropic(\/v1\/.*)$/, 'anthropic'],
  [/^(?:\/ai-gateway\/codex\/v1|\/openai\/v1)(\/(?:responses|models))$/, 'responses'],
  [/^\/serving-endpoints(\/responses)$/, 'responses'],
  [/^\/serving-endpoints\/(?:google|gemini)(?:\/v1(?:beta)?)?(\/models.*)$/, 'gemini'],
  [/^(?:\/ai-gateway)?\/gemini(?:\/v1(?:beta)?)?(\/models.*)$/, 'gemini'],
  [/^(?:\/ai-gateway\/mlflow\/v1|\/mlflow\/v1|\/openai\/v1)(\/(?:chat\/completions|models))$/, 'chat'],
  [/^\/serving-endpoints(\/chat\/completions)$/, 'chat'],
]

/** The route of a request, or undefined when it is none of the model APIs. `path` comes without query. */
export function modelRoute(method: string, path: string): ModelRoute | undefined {
  const raw = method === 'POST' ? /^\/serving-endpoints\/([^/]+)\/invocations$/.exec(path)?.[1] : undefined
  if (raw !== undefined) return { api: 'chat', action: 'answer', model: decode(raw) }
  for (const [pattern, api] of bases) {
    const rest = pattern.exec(path)?.[1]
    const route = rest === undefined ? undefined : routeIn(api, method, rest)
    if (route !== undefined) return route
  }
  return undefined
}

function routeIn(
  api: 'anthropic' | 'responses' | 'gemini' | 'chat',
  method: string,
  rest: string,
): ModelRoute | undefined {
  if (method === 'GET') return /^(\/v1)?\/models$/.test(rest) ? { api, action: 'list' } : undefined
  if (method !== 'POST') return undefined
  if (api === 'gemini') {
    const [, model, verb] = /^\/models\/([^/:]+):(\w+)$/.exec(rest) ?? []
    if (model === undefined) return undefined
    if (verb === 'countTokens') return { api, action: 'count', model: decode(model) }
    const isStream = verb === 'streamGenerateContent'
    return isStream || verb === 'generateContent'
      ? { api, action: 'answer', model: decode(model), isStream }
      : undefined
  }
  if (api === 'anthropic' && rest === '/v1/messages/count_tokens') return { api, action: 'count' }
  const path = { anthropic: '/v1/messages', responses: '/responses', chat: '/chat/completions' }[api]
  return rest === path ? { api, action: 'answer' } : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
