/** SCIM PatchOp, as far as clients of workspaces use it: replace fields, add and remove group members. Pure. */
import { ApiError } from '../http/api-error.ts'
import { type Fields, isFields, listOf, optionalText } from '../http/call.ts'

const bad = (message: string) => new ApiError(400, 'invalidValue', message)

/** Fields of a resource after the operations of a PATCH body. Members are ids. */
export function applyPatch(
  held: { readonly members?: readonly string[] },
  body: Fields,
): { readonly fields: Fields; readonly members: readonly string[] } {
  let members = held.members ?? []
  const fields: Record<string, unknown> = {}
  for (const operation of listOf(body, 'Operations')) {
    const op = optionalText(operation, 'op')?.toLowerCase()
    const path = optionalText(operation, 'path')
    const value = operation['value']
    if (op !== 'add' && op !== 'remove' && op !== 'replace') throw bad(`Operation ${op} is not supported.`)
    const named = path === undefined ? undefined : /^members\[value eq "([^"]+)"\]$/i.exec(path)?.[1]
    if (named !== undefined && op === 'remove') members = members.filter((member) => member !== named)
    else if (path?.toLowerCase() === 'members')
      members = changeMembers(op, members, memberIds(value), value === undefined)
    else if (path !== undefined) fields[path] = op === 'remove' ? undefined : value
    else if (isFields(value)) {
      if (value['members'] !== undefined) members = changeMembers(op, members, memberIds(value['members']), false)
      Object.assign(fields, value)
    } else throw bad('An operation without a path must have an object as value.')
  }
  return { fields, members }
}

function changeMembers(
  op: 'add' | 'remove' | 'replace',
  held: readonly string[],
  sent: readonly string[],
  all: boolean,
): readonly string[] {
  if (op === 'replace') return sent
  if (op === 'add') return [...new Set([...held, ...sent])]
  return all ? [] : held.filter((member) => !sent.includes(member))
}

/** Ids of `[{value}]`, or of one `{value}`. */
export function memberIds(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  return list.map((item) => {
    const id = isFields(item) ? item['value'] : item
    if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') throw bad('A member needs a value.')
    return String(id)
  })
}
