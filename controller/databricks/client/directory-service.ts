/** SCIM: who we are, and who is in a group. */
import type { Http } from './http.ts'
import { idText } from './json.ts'

const scim = '/api/2.0/preview/scim/v2'
/** Ids in one `filter`; longer ones are refused (facts 3.3). */
const idsPerFilter = 200
/** Groups inside groups; deeper nesting is a mistake, and cycles end anyway. */
const maxDepth = 10

export interface Me {
  /** E-mail address, or application id for a service principal. */
  readonly userName: string
  readonly isServicePrincipal: boolean
}

export async function whoAmI(http: Http): Promise<Me> {
  const me = await http.json({ method: 'GET', path: `${scim}/Me`, query: { excludedAttributes: 'entitlements,roles' } })
  const userName = String(me['userName'] ?? '')
  return { userName, isServicePrincipal: !userName.includes('@') }
}

interface RawMember {
  readonly value?: unknown
  readonly $ref?: string
}

/**
 * Addresses of the active people of a group, nested groups included; undefined when there is no such group.
 * Account groups may list no members: they count as empty.
 */
export async function groupPeople(http: Http, name: string): Promise<readonly string[] | undefined> {
  const top = await groupMembers(http, `displayName eq "${name.replaceAll('"', '\\"')}"`)
  if (top === undefined) return undefined
  const userIds = new Set<string>()
  const seen = new Set<string>()
  let layer = top
  for (let depth = 0; depth < maxDepth && layer.length > 0; depth += 1) {
    const next: RawMember[] = []
    for (const member of layer) {
      const id = idText(member.value)
      if (id === undefined || seen.has(id)) continue
      seen.add(id)
      const ref = member.$ref ?? ''
      if (ref.includes('Groups/')) next.push(...((await groupMembers(http, `id eq "${id}"`)) ?? []))
      else if (!ref.includes('ServicePrincipals/')) userIds.add(id)
    }
    layer = next
  }
  return activeUserNames(http, [...userIds])
}

async function groupMembers(http: Http, filter: string): Promise<readonly RawMember[] | undefined> {
  const query = { filter, attributes: 'id,displayName,members' }
  const answer = await http.json({ method: 'GET', path: `${scim}/Groups`, query })
  const group = ((answer['Resources'] ?? []) as readonly { members?: readonly RawMember[] }[])[0]
  return group && (group.members ?? [])
}

async function activeUserNames(http: Http, ids: readonly string[]): Promise<readonly string[]> {
  const names: string[] = []
  for (let at = 0; at < ids.length; at += idsPerFilter) {
    const part = ids.slice(at, at + idsPerFilter)
    const filter = part.map((id) => `id eq "${id}"`).join(' or ')
    const query = { filter, attributes: 'id,userName,active', count: idsPerFilter }
    const answer = await http.json({ method: 'GET', path: `${scim}/Users`, query })
    const users = (answer['Resources'] ?? []) as readonly { userName?: string; active?: boolean }[]
    names.push(...users.filter(({ active }) => active !== false).flatMap(({ userName }) => userName ?? []))
  }
  return names
}
