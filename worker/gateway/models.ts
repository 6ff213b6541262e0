/** Which model a request means. */

/** Words that Claude Code and its sub-agents use for a tier instead of a model. */
const aliases = ['default', 'opus', 'sonnet', 'haiku']

/**
 * The serving endpoint for the name in a request, or undefined when the workshop does not have it. Taken are the
 * endpoint's own name, the vendor's name of the same model (without `databricks-`) and the tier words, each also
 * with the suffix for a long context.
 */
export function endpointFor(name: unknown, models: { readonly claude: string }): string | undefined {
  if (typeof name !== 'string') return undefined
  return allowedModels(models).includes(name.replace(/\[1m\]$/, '')) ? models.claude : undefined
}

/** Names that a request may use, the real one first. */
export function allowedModels({ claude }: { readonly claude: string }): readonly string[] {
  return [...new Set([claude, claude.replace(/^databricks-/, ''), ...aliases])]
}
