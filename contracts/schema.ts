/** The part of OpenAPI v3 schemas that the CRD uses, and walking along it. Pure. */
import type { FieldPath } from './field-path.ts'

export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly const?: unknown
  readonly 'x-kubernetes-validations'?: readonly CelRule[]
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}

/** A rule in CEL; `self` is the value at the schema node that carries it. */
export interface CelRule {
  readonly rule: string
  readonly message: string
}

/** The schema of a field, or undefined when the path leaves the schema. */
export function schemaAt(root: Schema, path: FieldPath): Schema | undefined {
  return path.reduce<Schema | undefined>(
    (schema, part) => (typeof part === 'number' ? schema?.items : schema?.properties?.[part]),
    root,
  )
}

/** Every field below `schema`, parents first, with the path to it; list items appear as `[]`. */
export function* fieldsOf(schema: Schema, path = ''): Generator<readonly [path: string, field: Schema, owner: Schema]> {
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const own = path === '' ? key : `${path}.${key}`
    yield [own, field, schema]
    yield* fieldsOf(field, own)
    if (field.items) yield* fieldsOf(field.items, `${own}[]`)
  }
}

/**
 * The schema as the validator needs it: every object closed, so that a field nobody knows is an error (the API server
 * would drop it without a word), and metadata as far as the controller relies on it.
 */
export function closed(schema: Schema): Schema {
  const { properties, items } = schema
  return {
    ...schema,
    ...(schema.type === 'object' ? { additionalProperties: false } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, closed(field)])) }
      : {}),
    ...(items ? { items: closed(items) } : {}),
  }
}

/** A Kubernetes name (RFC 1123 label). */
export const namePattern = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'
const name: Schema = { type: 'string', minLength: 1, maxLength: 63, pattern: namePattern }
const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } }

/** What must hold of Kubernetes' ObjectMeta; everything else in it passes. */
export const metadataSchema: Schema = {
  type: 'object',
  required: ['name'],
  properties: { name, namespace: name, labels: texts, annotations: texts },
}
