/** Which models the emulated workspace serves, in the list shapes of each API. */

import type { JsonObject } from './conversation.ts'

/** Names of the platform's own endpoints that lists show. */
export const servedModels: readonly string[] = [
  'databricks-claude-opus-4-7',
  'databricks-claude-opus-4-6',
  'databricks-claude-sonnet-4-6',
  'databricks-claude-haiku-4-5',
  'databricks-gpt-5-4',
  'databricks-gpt-5-4-mini',
  'databricks-gemini-3-1-pro',
  'databricks-gemini-3-flash',
  'databricks-llama-4-maverick',
]

/** Any endpoint with the platform's prefix answers; a vendor's own name does not, as on the platform. */
export function isServed(model: string): boolean {
  return /^(databricks-|system\.ai\.)[\w.-]+$/.test(model)
}

export function listOf(api: 'anthropic' | 'responses' | 'gemini' | 'chat', models: readonly string[]): JsonObject {
  switch (api) {
    case 'gemini':
      return {
        models: models.map((name) => ({
          name: `models/${name}`,
          displayName: name,
          supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
        })),
      }
    case 'anthropic': {
      const data = models.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' }))
      return { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null }
    }
    default:
      return {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'databricks' })),
      }
  }
}
