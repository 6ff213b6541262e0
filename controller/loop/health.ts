/** What readiness is made of: each source, and what it watches. Pure. */
import { checkOf, type HealthCheck } from '../kubernetes/watch-state.ts'
import type { Source } from '../sources/source.ts'

export function checksOf({ uri, health, watches }: Pick<Source, 'uri' | 'health' | 'watches'>): readonly HealthCheck[] {
  return [{ name: 'source', ok: true, message: uri, ...health?.() }, ...(watches?.() ?? []).map(checkOf)]
}
