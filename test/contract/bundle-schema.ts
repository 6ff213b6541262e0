/**
 * What the Databricks CLI accepts in databricks.yml, as far as ours goes: names and types of fields, objects closed.
 * Written from the CLI's published schema (`databricks bundle schema`).
 */

export type BundleType =
  | 'text'
  | 'flag'
  | readonly string[]
  | { readonly list: BundleType }
  | { readonly map: BundleType }
  | BundleObject

export interface BundleObject {
  readonly fields: Readonly<Record<string, BundleType>>
  readonly required?: readonly string[]
}

const env: BundleObject = { fields: { name: 'text', value: 'text', value_from: 'text' }, required: ['name'] }

const permission: BundleObject = {
  fields: {
    level: ['CAN_MANAGE', 'CAN_USE'],
    group_name: 'text',
    user_name: 'text',
    service_principal_name: 'text',
  },
  required: ['level'],
}

const app: BundleObject = {
  fields: {
    name: 'text',
    description: 'text',
    source_code_path: 'text',
    compute_size: ['MEDIUM', 'LARGE', 'XLARGE'],
    config: { fields: { command: { list: 'text' }, env: { list: env } } },
    permissions: { list: permission },
    lifecycle: { fields: { prevent_destroy: 'flag', started: 'flag' } },
    user_api_scopes: { list: 'text' },
  },
  required: ['name'],
}

const workspace: BundleObject = { fields: { host: 'text', root_path: 'text', profile: 'text' } }
const sync: BundleObject = { fields: { include: { list: 'text' }, exclude: { list: 'text' }, paths: { list: 'text' } } }

const target: BundleObject = {
  fields: {
    default: 'flag',
    mode: ['development', 'production'],
    workspace,
    variables: { map: 'text' },
    resources: { fields: { apps: { map: app } } },
    sync,
  },
}

export const bundleSchema: BundleObject = {
  fields: {
    bundle: { fields: { name: 'text', databricks_cli_version: 'text' }, required: ['name'] },
    variables: { map: { fields: { description: 'text', default: 'text' } } },
    workspace,
    sync,
    resources: { fields: { apps: { map: app } } },
    targets: { map: target },
  },
}

/** What does not fit, as `path: why`. Every scalar may be a `${…}` reference. */
export function misfits(type: BundleType, value: unknown, path = ''): readonly string[] {
  if (typeof value === 'string' && /^\$\{[^}]+\}$/.test(value)) return []
  if (type === 'text') return typeof value === 'string' ? [] : [`${path}: not text`]
  if (type === 'flag') return typeof value === 'boolean' ? [] : [`${path}: not true or false`]
  if (isWords(type)) return type.includes(String(value)) ? [] : [`${path}: not one of ${type.join(', ')}`]
  if ('list' in type) {
    if (!Array.isArray(value)) return [`${path}: not a list`]
    return value.flatMap((item, at) => misfits(type.list, item, `${path}[${at}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: not a group of fields`]
  const entries = Object.entries(value)
  if ('map' in type) return entries.flatMap(([key, item]) => misfits(type.map, item, `${path}.${key}`))
  const missing = (type.required ?? []).filter((key) => !(key in value)).map((key) => `${path}.${key}: missing`)
  return [
    ...missing,
    ...entries.flatMap(([key, item]) => {
      const field = type.fields[key]
      return field === undefined ? [`${path}.${key}: unknown field`] : misfits(field, item, `${path}.${key}`)
    }),
  ]
}

const isWords = (type: BundleType): type is readonly string[] => Array.isArray(type)
