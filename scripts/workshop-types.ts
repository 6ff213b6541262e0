/** TypeScript types and schemas as modules, from the schemas of the CRDs. Pure. */
import type { Schema } from '../contracts/schema.ts'

/** Text of contracts/workshop.ts. */
export function typesModule(root: Schema): string {
  const { spec, status } = root.properties ?? {}
  return `// Generated from crds/workshop.crd.yaml by npm run generate. Do not edit.

/** ${root.description} */
export interface Workshop {
  readonly apiVersion: 'vibeworkshop.dev/v1alpha1'
  readonly kind: 'Workshop'
  readonly metadata: WorkshopMetadata
  readonly spec: WorkshopSpec
  readonly status?: WorkshopStatus
}

/** The part of Kubernetes' ObjectMeta that the controller reads. */
export interface WorkshopMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly generation?: number
  readonly resourceVersion?: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** ${spec?.description} Defaults are filled in. */
export interface WorkshopSpec ${typeOf(spec ?? {}, '')}

/** ${status?.description} */
export interface WorkshopStatus ${typeOf(status ?? {}, '')}
`
}

/** Text of contracts/workshop-room.ts. */
export function roomTypesModule(root: Schema): string {
  const { spec, status } = root.properties ?? {}
  return `// Generated from crds/workshoproom.crd.yaml by npm run generate. Do not edit.
import type { WorkshopMetadata } from './workshop.ts'

/** ${root.description} */
export interface WorkshopRoom {
  readonly apiVersion: 'vibeworkshop.dev/v1alpha1'
  readonly kind: 'WorkshopRoom'
  readonly metadata: WorkshopMetadata
  readonly spec: WorkshopRoomSpec
  readonly status?: WorkshopRoomStatus
}

/** ${spec?.description} Defaults are filled in. */
export interface WorkshopRoomSpec ${typeOf(spec ?? {}, '')}

/** ${status?.description} */
export interface WorkshopRoomStatus ${typeOf(status ?? {}, '')}
`
}

export interface SchemaModule {
  /** The CRD under crds/ that it comes from. */
  readonly file: string
  readonly kind: string
  /** What the module exports. */
  readonly name: string
}

/** Text of a module that holds one kind's schema, so that it travels inside a bundled program. */
export function schemaModule(root: Schema, { file, kind, name }: SchemaModule): string {
  return `// Generated from crds/${file} by npm run generate. Do not edit.
import type { Schema } from './schema.ts'

/** The openAPIV3Schema of ${kind} v1alpha1. */
export const ${name}: Schema = ${JSON.stringify(root, null, 1)}
`
}

/** A field is present after defaulting when it is required or has a default. */
const isPresent = (schema: Schema, key: string) =>
  (schema.required ?? []).includes(key) || schema.properties?.[key]?.default !== undefined

function typeOf(schema: Schema, indent: string): string {
  if (schema.enum) return schema.enum.map((word) => `'${word}'`).join(' | ')
  if (schema.type === 'array') return `readonly ${wrap(typeOf(schema.items ?? {}, indent))}[]`
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  if (schema.type === 'string' || schema.type === 'boolean') return schema.type
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) return 'Readonly<Record<string, never>>'
  const inner = `${indent}  `
  const lines = fields.map(([key, field]) => {
    const doc = field.description ? `${inner}/** ${field.description} */\n` : ''
    return `${doc}${inner}readonly ${key}${isPresent(schema, key) ? '' : '?'}: ${typeOf(field, inner)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

const wrap = (type: string) => (type.includes(' | ') ? `(${type})` : type)
