/** Who is in a fresh workspace: the operator with the admin token, a machine principal for a controller, and a roster. */
import { invalid } from '../http/api-error.ts'
import { adminsGroup, type Group, type User, usersGroup } from './principals.ts'
import { makeHome, type Workspace } from './workspace.ts'

/** One person of the roster; groups are made when they do not exist. */
export interface Person {
  readonly email: string
  readonly displayName?: string
  readonly groups?: readonly string[]
}

/** Client id and secret of a service principal that is a workspace admin. */
export interface AdminClient {
  readonly id: string
  readonly secret: string
}

/** The operator: admin, owner of the given token, which never ends. */
export function seedAdmin(workspace: Workspace, email: string, token: string): void {
  const admin = addUser(workspace, { email, displayName: 'Workshop Operator', groups: [adminsGroup] })
  workspace.credentials.issuePersonal({ owner: admin, value: token, comment: 'emulator admin token' })
}

/** A service principal with admin rights, for controllers that sign in with a client secret. */
export function seedAdminClient(workspace: Workspace, client: AdminClient): void {
  const principal = workspace.principals.addServicePrincipal({
    displayName: 'workshop-controller',
    applicationId: client.id,
  })
  workspace.credentials.setClientSecret(principal, client.secret)
  workspace.principals.join(adminsGroup, principal)
  makeHome(workspace, principal)
}

/** Adds a person, or adds groups to one who is there already. */
export function addUser(workspace: Workspace, person: Person): User {
  const { principals } = workspace
  if (!/^[^\s@/]+@[^\s@/]+$/.test(person.email)) throw invalid(`${person.email} is not an e-mail address.`)
  const user =
    principals.user(person.email) ??
    principals.addUser({
      userName: person.email,
      ...(person.displayName === undefined ? {} : { displayName: person.displayName }),
    })
  makeHome(workspace, user)
  for (const name of person.groups ?? []) {
    if (name === usersGroup) continue
    if (!principals.group(name)) principals.addGroup({ displayName: name })
    principals.join(name, user)
  }
  return user
}

/** Makes a group, or adds members to one; members are e-mails, application ids or names of groups. */
export function addGroup(workspace: Workspace, displayName: string, members: readonly string[]): Group {
  const { principals } = workspace
  const group = principals.group(displayName) ?? principals.addGroup({ displayName })
  for (const member of members) {
    const identity = principals.named(member) ?? principals.group(member)
    if (!identity) throw invalid(`Nobody in the workspace is called ${member}.`)
    principals.join(displayName, identity)
  }
  return principals.group(displayName) ?? group
}

/** `a@x, Bob Builder <b@x>` → people. */
export function readRosterList(text: string): readonly Person[] {
  return text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'))
    .map((entry) => {
      const named = /^(.*?)\s*<([^>]+)>$/.exec(entry)
      return named?.[2] === undefined ? { email: entry } : { email: named[2], displayName: named[1] || named[2] }
    })
}
