/** The writable part of an app: which fields count, what is refused, what PATCH and a masked update make of it. Pure. */
import { ApiError, invalid } from '../http/api-error.ts'
import { type Fields, isFields, listOf, optionalText, requiredText, textsOf } from '../http/call.ts'

/** Fields that stay on the app. `git_source` and `source_code_path` are input only and dropped. */
const keptFields = [
  'description',
  'resources',
  'user_api_scopes',
  'budget_policy_id',
  'usage_policy_id',
  'compute_size',
  'compute_min_instances',
  'compute_max_instances',
  'git_repository',
  'telemetry_export_destinations',
  'space',
] as const

/** Fields that a masked update may name; `forward_user_access_token` is taken and reads back true whatever was sent. */
const maskable: readonly string[] = [...keptFields.filter((field) => field !== 'space'), 'forward_user_access_token']

const sizes = ['MEDIUM', 'LARGE', 'XLARGE']
const gitProviders = [
  'github',
  'githubenterprise',
  'bitbucketcloud',
  'bitbucketserver',
  'azuredevopsservices',
  'gitlab',
  'gitlabenterpriseedition',
  'awscodecommit',
]

/** Resource kinds with the fields that name the target and the permissions that may be asked for. */
export const resourceKinds: Readonly<
  Record<string, { readonly fields: readonly string[]; readonly permissions: readonly string[] }>
> = {
  secret: { fields: ['scope', 'key'], permissions: ['READ', 'WRITE', 'MANAGE'] },
  serving_endpoint: { fields: ['name'], permissions: ['CAN_VIEW', 'CAN_QUERY', 'CAN_MANAGE'] },
  sql_warehouse: { fields: ['id'], permissions: ['CAN_USE', 'CAN_MANAGE', 'IS_OWNER'] },
  job: { fields: ['id'], permissions: ['CAN_VIEW', 'CAN_MANAGE_RUN', 'CAN_MANAGE', 'IS_OWNER'] },
  uc_securable: {
    fields: ['securable_full_name', 'securable_type'],
    permissions: ['READ_VOLUME', 'WRITE_VOLUME', 'SELECT', 'MODIFY', 'EXECUTE', 'USE_CONNECTION'],
  },
  genie_space: { fields: ['space_id', 'name'], permissions: ['CAN_VIEW', 'CAN_RUN', 'CAN_EDIT', 'CAN_MANAGE'] },
  experiment: { fields: ['experiment_id'], permissions: ['CAN_READ', 'CAN_EDIT', 'CAN_MANAGE'] },
  database: { fields: ['database_name', 'instance_name'], permissions: ['CAN_CONNECT_AND_CREATE'] },
  postgres: { fields: ['branch', 'database'], permissions: ['CAN_CONNECT_AND_CREATE'] },
  app: { fields: ['name'], permissions: ['CAN_USE'] },
}

/** Throws unless the name may be an app's: a-z, 0-9 and hyphens, from 2 to 30 characters, a letter first. */
export function checkAppName(name: string): void {
  if (!/^[a-z][a-z0-9-]{1,29}$/.test(name))
    throw invalid(
      'App name must contain only lowercase alphanumeric characters and hyphens, start with a letter and have 2 to 30 characters.',
    )
}

/** Takes the kept fields out of a body and checks them. Throws INVALID_PARAMETER_VALUE. */
export function readSpec(body: Fields): Fields {
  const spec = Object.fromEntries(
    keptFields.flatMap((field) => (body[field] === undefined || body[field] === null ? [] : [[field, body[field]]])),
  ) as Fields
  optionalText(spec, 'description')
  textsOf(spec, 'user_api_scopes')
  checkResources(spec)
  checkSize(spec)
  const repository = spec['git_repository']
  if (repository === undefined) return spec
  return { ...spec, git_repository: readRepository(repository) }
}

function checkSize(spec: Fields): void {
  const size = optionalText(spec, 'compute_size')
  if (size !== undefined && !sizes.includes(size)) throw invalid(`compute_size must be one of ${sizes.join(', ')}.`)
  const [least, most] = [spec['compute_min_instances'], spec['compute_max_instances']]
  if (least === undefined && most === undefined) return
  const right = [least, most].every((count) => Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 5)
  if (!right || Number(least) > Number(most))
    throw invalid('compute_min_instances and compute_max_instances must be set together, from 1 to 5.')
}

function readRepository(value: unknown): Fields {
  if (!isFields(value)) throw invalid('git_repository must be an object.')
  const provider = requiredText(value, 'provider')
  if (!gitProviders.includes(provider.toLowerCase())) throw invalid(`Git provider ${provider} is not supported.`)
  return { url: requiredText(value, 'url'), provider, ...(value['auto_deploy'] === true ? { auto_deploy: true } : {}) }
}

/** One bad resource refuses the whole list. */
function checkResources(spec: Fields): void {
  const names = new Set<string>()
  for (const resource of listOf(spec, 'resources')) {
    const name = requiredText(resource, 'name')
    if (name.length < 2 || name.length > 30) throw invalid(`Resource name ${name} must have 2 to 30 characters.`)
    if (names.has(name)) throw invalid(`Resource name ${name} is used twice.`)
    names.add(name)
    const { kind, target } = resourceTarget(resource)
    const rule = resourceKinds[kind]
    for (const field of rule?.fields ?? []) requiredText(target, field)
    if (!rule?.permissions.includes(requiredText(target, 'permission')))
      throw invalid(`Permission ${String(target['permission'])} cannot be given on ${kind} by resource ${name}.`)
  }
}

/** Which kind a resource is and the object that says what it points at. Throws unless it is exactly one. */
export function resourceTarget(resource: Fields): { readonly kind: string; readonly target: Fields } {
  const kinds = Object.keys(resourceKinds).filter((kind) => isFields(resource[kind]))
  const kind = kinds[0]
  const target = kind === undefined ? undefined : resource[kind]
  if (kind === undefined || kinds.length > 1 || !isFields(target))
    throw invalid(
      `Resource ${String(resource['name'])} must have exactly one of ${Object.keys(resourceKinds).join(', ')}.`,
    )
  return { kind, target }
}

/** PATCH: the body is the whole new spec, whatever it leaves out is gone. A size may stay but not change. */
export function patchSpec(held: Fields, body: Fields): Fields {
  const next = readSpec(body)
  if (next['compute_size'] !== undefined && next['compute_size'] !== sizeOf(held))
    throw invalid('Compute size updates are not supported in this update API. Please use the new update API instead.')
  return { ...next, ...pick(held, ['compute_size', 'compute_min_instances', 'compute_max_instances', 'space']) }
}

/** The fields of an update mask. Throws for an empty mask and for fields that cannot be updated. */
export function readMask(mask: string): readonly string[] {
  const fields = mask
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  if (fields.length === 0) throw invalid('update_mask must name at least one field.')
  if (fields.includes('*')) return maskable
  const unknown = fields.find((field) => !maskable.includes(field))
  if (unknown !== undefined)
    throw new ApiError(400, 'INVALID_PARAMETER_VALUE', `Field ${unknown} is not supported in update_mask.`)
  return fields
}

/** Masked update: each named field is replaced as a whole, cleared when the body lacks it; all others stay. */
export function updateSpec(held: Fields, body: Fields, mask: readonly string[]): Fields {
  const kept = Object.fromEntries(Object.entries(held).filter(([field]) => !mask.includes(field)))
  return { ...kept, ...pick(readSpec(body), mask) }
}

/** True when an update changes what compute must be rebuilt for. */
export const changesCompute = (mask: readonly string[]) =>
  mask.some((field) => ['compute_size', 'compute_min_instances', 'compute_max_instances'].includes(field))

/** MEDIUM unless the spec says otherwise. */
export const sizeOf = (spec: Fields) => optionalText(spec, 'compute_size') ?? 'MEDIUM'

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])))
}
