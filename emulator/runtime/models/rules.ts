/** Scripts that a test or a rehearsal sets over HTTP: what to answer when a prompt matches. */

import { isObject, type ModelRequest, type Reply } from './conversation.ts'
import { lastPrompt, sinceLastPrompt } from './script.ts'

/** One script; the first that matches is taken. */
export interface Rule {
  /** Regular expression, without regard to case, looked for in the person's last words. */
  readonly match: string
  readonly reply?: string
  /** Use this tool first; `reply` is said after its result. */
  readonly toolUse?: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  /** Answer with this HTTP error instead. */
  readonly status?: number
  readonly message?: string
  /** How often it may be taken; without limit by default. */
  readonly times?: number
}

/** What a rule makes of a request. */
export type RuleOutcome = { readonly reply: Reply } | { readonly status: number; readonly message: string }

export class Rules {
  #rules: { readonly rule: Rule; left: number }[] = []

  get list(): readonly Rule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  set(rules: readonly Rule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }))
  }

  apply(request: ModelRequest): RuleOutcome | undefined {
    const prompt = lastPrompt(request)
    const found = this.#rules.find(({ rule, left }) => left > 0 && new RegExp(rule.match, 'i').test(prompt))
    if (found === undefined) return undefined
    const { rule } = found
    const isAfterTool = sinceLastPrompt(request).some((entry) => entry.kind === 'toolResult')
    const usesTool = rule.toolUse !== undefined && !isAfterTool
    if (!usesTool) found.left -= 1
    if (rule.status !== undefined) return { status: rule.status, message: rule.message ?? 'As the script says.' }
    if (usesTool) return { reply: { text: '', tool: rule.toolUse } }
    return { reply: { text: rule.reply ?? 'Done.' } }
  }
}

/** Reads rules from JSON; a string says what is wrong with it. */
export function readRules(value: unknown): readonly Rule[] | string {
  if (!Array.isArray(value)) return 'a list of rules is wanted'
  for (const [index, rule] of value.entries()) {
    const fault = faultOf(rule)
    if (fault !== undefined) return `[${index}] ${fault}`
  }
  return value as Rule[]
}

function faultOf(rule: unknown): string | undefined {
  if (!isObject(rule) || typeof rule['match'] !== 'string') return 'needs match, a regular expression'
  try {
    new RegExp(rule['match'], 'i')
  } catch {
    return 'match is not a regular expression'
  }
  const known = ['match', 'reply', 'toolUse', 'status', 'message', 'times']
  const unknown = Object.keys(rule).find((name) => !known.includes(name))
  if (unknown !== undefined) return `has the unknown field ${unknown}`
  const { reply, toolUse, status, times } = rule as { [name: string]: unknown }
  if (reply !== undefined && typeof reply !== 'string') return 'reply must be text'
  if (
    toolUse !== undefined &&
    !(isObject(toolUse) && typeof toolUse['name'] === 'string' && isObject(toolUse['input']))
  ) {
    return 'toolUse needs name and input'
  }
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600)) {
    return 'status must be an HTTP error'
  }
  if (times !== undefined && !(Number.isInteger(times) && Number(times) > 0)) return 'times must be a whole number'
  if (reply === undefined && toolUse === undefined && status === undefined) return 'needs reply, toolUse or status'
  return undefined
}
