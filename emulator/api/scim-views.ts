/** How people, service principals and groups read in SCIM. Pure. */
import type { Fields } from '../http/call.ts'
import { type Identity, nameOf, type Principals } from '../workspace/principals.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0'

/** One resource, complete. */
export function scimView(identity: Identity, principals: Principals): Fields {
  const id = String(identity.id)
  const external = identity.externalId === undefined ? {} : { externalId: identity.externalId }
  if (identity.kind === 'group')
    return {
      schemas: [`${core}:Group`],
      id,
      displayName: identity.displayName,
      members: principals.membersOf(identity).flatMap((member) => memberView(member, principals)),
      meta: { resourceType: 'WorkspaceGroup' },
      ...external,
    }
  const groups = principals.groupsOf(identity).map((group) => ({
    display: group.displayName,
    type: principals.membersOf(group).includes(id) ? 'direct' : 'indirect',
    value: String(group.id),
    $ref: `Groups/${group.id}`,
  }))
  const shared = { id, displayName: identity.displayName, active: identity.active, groups, ...external }
  if (identity.kind === 'service-principal')
    return { schemas: [`${core}:ServicePrincipal`], applicationId: identity.applicationId, ...shared }
  const [givenName = '', ...rest] = identity.displayName.split(' ')
  return {
    schemas: [`${core}:User`, 'urn:ietf:params:scim:schemas:extension:workspace:2.0:User'],
    userName: identity.userName,
    emails: [{ type: 'work', value: identity.userName, primary: true }],
    name: { givenName, ...(rest.length > 0 ? { familyName: rest.join(' ') } : {}) },
    ...shared,
  }
}

/** What Me answers: a service principal shows its application id as userName. */
export function meView(identity: Identity, principals: Principals): Fields {
  const view = scimView(identity, principals)
  if (identity.kind !== 'service-principal') return view
  return { ...view, schemas: [`${core}:User`], userName: nameOf(identity) }
}

function memberView(member: string, principals: Principals): readonly Fields[] {
  const identity = principals.byId(member)
  if (!identity) return []
  const folder = { user: 'Users', group: 'Groups', 'service-principal': 'ServicePrincipals' }[identity.kind]
  return [{ display: identity.displayName, value: member, $ref: `${folder}/${member}` }]
}

/** `attributes` keeps only the named fields (and id), `excludedAttributes` drops them; sub-attributes count as their head. */
export function chooseAttributes(view: Fields, query: URLSearchParams): Fields {
  const heads = (name: string) =>
    (query.get(name) ?? '')
      .split(',')
      .map((field) => field.trim().split('.')[0]?.toLowerCase() ?? '')
      .filter((field) => field !== '')
  const [wanted, unwanted] = [heads('attributes'), heads('excludedAttributes')]
  return Object.fromEntries(
    Object.entries(view).filter(([field]) => {
      const name = field.toLowerCase()
      if (wanted.length > 0) return name === 'id' || name === 'schemas' || wanted.includes(name)
      return !unwanted.includes(name)
    }),
  )
}
