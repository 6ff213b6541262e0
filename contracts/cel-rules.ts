/** Runs the CEL rules of the CRD's schema, the same text that the API server runs. Pure, but for parsed rules it keeps. */
import { Environment } from '@marcbachmann/cel-js'
import { type FieldPath, overlaps, showPath } from './field-path.ts'
import type { Schema } from './schema.ts'
import type { Fault } from './schema-fault.ts'

const environment = new Environment({ unlistedVariablesAreDyn: true })
const parsed = new Map<string, ReturnType<typeof environment.parse>>()

/**
 * What the rules say of `value`, whose defaults are filled in. A rule is left out where `faulty` already names a
 * problem at or below its node: one mistake should give one message. Rules about a change (those that read `oldSelf`)
 * count only where there is a value `before`, as the API server has it.
 */
export function checkCelRules(
  schema: Schema,
  value: unknown,
  faulty: readonly FieldPath[],
  before?: unknown,
): readonly Fault[] {
  return [...walk(schema, value, [])].flatMap(({ node, self, path }) => {
    if (faulty.some((other) => other.length >= path.length && overlaps(other, path))) return []
    const oldSelf = valueAt(before, path)
    return (node['x-kubernetes-validations'] ?? [])
      .filter(({ rule }) => oldSelf !== undefined || !rule.includes('oldSelf'))
      .filter(({ rule }) => !holds(rule, { self, ...(oldSelf === undefined ? {} : { oldSelf }) }))
      .map(({ message }): Fault => ({ path, problem: { code: 'WO-1107', message, where: showPath(path) } }))
  })
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string | number, unknown> | undefined)?.[part], value)
}

function holds(rule: string, values: Readonly<Record<string, unknown>>): boolean {
  const run = parsed.get(rule) ?? environment.parse(rule)
  parsed.set(rule, run)
  try {
    return run(values) === true
  } catch {
    // The API server counts a rule that cannot be evaluated (a field it reads is not there) as broken; so do we.
    return false
  }
}

function* walk(
  node: Schema,
  self: unknown,
  path: FieldPath,
): Generator<{ readonly node: Schema; readonly self: unknown; readonly path: FieldPath }> {
  if (self === undefined || self === null) return
  yield { node, self, path }
  if (Array.isArray(self)) {
    for (const [at, item] of self.entries()) if (node.items) yield* walk(node.items, item, [...path, at])
  } else if (typeof self === 'object') {
    const fields = self as Readonly<Record<string, unknown>>
    for (const [key, field] of Object.entries(node.properties ?? {})) yield* walk(field, fields[key], [...path, key])
  }
}
