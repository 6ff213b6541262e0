/**
 * Checks a value against a CRD's schema: fills in defaults, refuses unknown fields, and says what is wrong in words for
 * the person who wrote it. Pure, but for the compiled schemas it keeps.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { crdSchema } from './crd-schema.ts'
import type { FieldPath } from './field-path.ts'
import { roomSchema } from './room-schema.ts'
import { closed, metadataSchema, type Schema } from './schema.ts'
import { describeFault, type Fault } from './schema-fault.ts'

/** The schemas with closed objects, as they are compiled. */
export const workshopSchema: Schema = closeRoot(crdSchema)
export const workshopRoomSchema: Schema = closeRoot(roomSchema)

const compiled = new Map<Schema, ValidateFunction>()

/**
 * Fills the schema's defaults into `value` (which it changes) and answers what is wrong with it, in the order of the
 * document as far as the schema's order goes.
 */
export function checkSchema(value: unknown, schema: Schema = workshopSchema): readonly Fault[] {
  const check = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, check)
  if (check(value)) return []
  return (check.errors ?? []).map((error) => describeFault(error, pathOf(error.instancePath, value), schema))
}

function closeRoot(root: Schema): Schema {
  const { properties = {}, ...rest } = closed(root)
  return {
    ...rest,
    required: ['apiVersion', 'kind', 'metadata', ...(root.required ?? [])],
    properties: { ...properties, metadata: metadataSchema },
  }
}

function compile(schema: Schema): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: true, strictRequired: false })
  ajv.addVocabulary(['x-kubernetes-validations', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'])
  ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
  ajv.addFormat('date-time', isDateTime)
  return ajv.compile(schema)
}

/** RFC 3339 with seconds and an offset, as the API server wants it. */
function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}

/** A JSON pointer as a path; parts are numbers where the value is a list. */
function pathOf(pointer: ErrorObject['instancePath'], value: unknown): FieldPath {
  let at = value
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => {
      const key = Array.isArray(at) ? Number(part) : part
      at = (at as Record<string | number, unknown> | undefined)?.[key]
      return key
    })
}
