/** Turns what the schema validator says into one problem with a code, a path and words. Pure. */
import type { ErrorObject } from 'ajv'
import { nearest } from './did-you-mean.ts'
import type { ErrorCode, Problem } from './errors.ts'
import { type FieldPath, isInside, showPath } from './field-path.ts'
import { fieldsOf, namePattern, type Schema } from './schema.ts'

export interface Fault {
  readonly path: FieldPath
  readonly problem: Problem
}

/** `root` is the whole schema: a misplaced field is looked up in it. */
export function describeFault(error: ErrorObject, path: FieldPath, root: Schema): Fault {
  const schema = (error.parentSchema ?? {}) as Schema
  const limit = Number(error.params['limit'])
  const fault = (code: ErrorCode, message: string, fix?: string, at = path): Fault => ({
    path: at,
    problem: { code, message, where: showPath(at), ...(fix === undefined ? {} : { fix }) },
  })
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty'])
      return fault('WO-1104', 'unknown field', suggestion(key, path, schema, root), [...path, key])
    }
    case 'required': {
      const key = String(error.params['missingProperty'])
      return fault('WO-1101', 'is missing', `add ${showPath([...path, key])}`, [...path, key])
    }
    case 'type':
      return fault('WO-1102', `must be ${typeWords[schema.type ?? ''] ?? schema.type}, found ${found(error.data)}`)
    case 'enum': {
      const words = schema.enum ?? []
      const meant = typeof error.data === 'string' ? nearest(error.data, words) : undefined
      const list = `use ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`
      return fault(
        'WO-1105',
        `${show(error.data, path)} is not an allowed word`,
        meant ? `did you mean ${meant}?` : list,
      )
    }
    case 'minimum':
    case 'maximum':
      return fault('WO-1103', `${show(error.data, path)} is out of range`, range(schema.minimum, schema.maximum))
    case 'minItems':
    case 'maxItems':
      return tooMany(path, error.data, limit) ?? fault('WO-1103', `has ${size(error.data)} entries`, entries(schema))
    case 'minLength':
    case 'maxLength':
      return fault('WO-1103', `has ${size(error.data)} characters`, characters(schema))
    default:
      return wrongForm(schema, error, path, fault)
  }

  function tooMany(at: FieldPath, data: unknown, most: number): Fault | undefined {
    if (error.keyword !== 'maxItems' || showPath(at) !== 'spec.participants.users') return undefined
    const fix = `name at most ${most} here; put longer rosters into a file under usersFrom, or use groups`
    return fault('WO-1132', `${size(data)} people are named one by one`, fix)
  }
}

function wrongForm(
  schema: Schema,
  error: ErrorObject,
  path: FieldPath,
  fault: (code: ErrorCode, message: string, fix?: string) => Fault,
): Fault {
  const [code, form] = forms[schema.pattern ?? schema.format ?? ''] ?? [
    'WO-1106',
    `follow the form ${schema.pattern ?? schema.format ?? error.message}`,
  ]
  return fault(code, `${show(error.data, path)} does not have the right form`, form)
}

const typeWords: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
}

/** What each pattern of the schema asks for, in words. A pattern without words is shown as it is. */
const forms: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  '^[^@\\s]+@[^@\\s]+$': ['WO-1106', 'write one e-mail address, such as ada@example.com'],
  '^([0-9]+[dhms])+$': ['WO-1140', 'write a duration such as 90d, 24h, 30m or 45s'],
  '^https://[^\\s]+$': ['WO-1106', 'write an address that begins with https://'],
  '^/Workspace/[^\\s].*$': ['WO-1106', 'write a workspace path that begins with /Workspace/'],
  '^[0-9a-f]{7,64}$': ['WO-1106', 'write a commit: 7 to 64 hexadecimal digits'],
  '^[a-z]([a-z0-9-]*[a-z0-9])?$': [
    'WO-1106',
    'use lower-case letters, digits and hyphens; begin with a letter, end with a letter or digit',
  ],
  [namePattern]: ['WO-1106', 'use lower-case letters, digits and hyphens; begin and end with a letter or digit'],
  '^[a-z0-9-]+$': ['WO-1106', 'use lower-case letters, digits and hyphens'],
  '^[A-Za-z0-9_.@-]+$': ['WO-1106', 'use letters, digits and _ . @ -'],
  '^[A-Za-z_][A-Za-z0-9_]*$': ['WO-1106', 'write the name of an environment variable'],
  'date-time': ['WO-1106', 'write a time such as 2026-11-21T14:00:00Z'],
}

function suggestion(key: string, path: FieldPath, schema: Schema, root: Schema): string | undefined {
  const near = nearest(key, Object.keys(schema.properties ?? {}))
  if (near) return `did you mean ${near}?`
  const elsewhere = [...fieldsOf(root)]
    .map(([field]) => field)
    .filter((field) => field.startsWith('spec.') && field.split('.').at(-1) === key)
  if (elsewhere.length === 1 && elsewhere[0] !== showPath([...path, key])) return `it belongs at ${elsewhere[0]}`
  return undefined
}

const credentials: FieldPath = ['spec', 'credentials']

/** The value as far as it may be shown: short, and never anything near credentials. */
function show(value: unknown, path: FieldPath): string {
  if (isInside(path, credentials)) return 'the value'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text === '' ? 'an empty text' : text
}

function found(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'a group of fields'
}

const size = (value: unknown) =>
  typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0

const range = (low?: number, high?: number) =>
  low !== undefined && high !== undefined
    ? `use ${low} to ${high}`
    : low !== undefined
      ? `use ${low} or more`
      : `use at most ${high}`
const entries = ({ minItems, maxItems }: Schema) => `${range(minItems ?? 0, maxItems)} entries`
const characters = ({ minLength, maxLength }: Schema) => `${range(minLength ?? 0, maxLength)} characters`
