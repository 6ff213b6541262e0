/**
 * Writes what follows from crds/workshop.crd.yaml: the TypeScript types and the reference page.
 * `--check` writes nothing and exits 1 when a generated file differs from what is committed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly [constraint: string]: unknown
}

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const crd = parse(readFileSync(at('crds/workshop.crd.yaml'), 'utf8'))
const root: Schema = crd.spec.versions[0].schema.openAPIV3Schema

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

function types(): string {
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

const outputs: Record<string, string> = { 'contracts/workshop.ts': types() }
let drifted = false
for (const [path, text] of Object.entries(outputs)) {
  let found = ''
  try {
    found = readFileSync(at(path), 'utf8')
  } catch {}
  if (found === text) continue
  if (process.argv.includes('--check')) {
    drifted = true
    console.error(`${path} does not match crds/workshop.crd.yaml: run npm run generate`)
  } else {
    writeFileSync(at(path), text)
    console.log(`wrote ${path}`)
  }
}
process.exitCode = drifted ? 1 : 0
