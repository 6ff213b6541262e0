/** What the identity proxy may know of the workspace: where apps listen, who may open them, and user tokens. */
import type { ProxyDirectory } from '../app-host.ts'
import { allApis } from '../workspace/credentials.ts'
import { nameOf } from '../workspace/principals.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { defaultUserScopes } from './app-record.ts'
import { appLevel } from './app-resources.ts'

/** The view of a workspace that `createIngress` takes. */
export function proxyDirectory(workspace: Workspace): ProxyDirectory {
  const { apps, principals, credentials } = workspace
  return {
    target: (name) => {
      const app = apps.get(name)
      if (!app) return 'unknown'
      return app.running && app.compute !== 'DELETING' ? { port: app.running.port } : 'down'
    },
    mayUse: (name, who) => {
      const principal = principals.named(who)
      return principal?.active === true && apps.has(name) && appLevel(workspace, name, principal) !== undefined
    },
    oauthPrincipal: (token) => {
      const caller = credentials.lookUp(token)
      return caller?.kind === 'oauth' && caller.scopes.includes(allApis) ? nameOf(caller.principal) : undefined
    },
    people: (name) =>
      principals
        .users()
        .filter((user) => user.active && apps.has(name))
        // The first is preselected, and who looks around is a participant: admins come last.
        .toSorted((one, other) => Number(principals.isAdmin(one)) - Number(principals.isAdmin(other)))
        .map((user) => ({ email: user.userName, displayName: user.displayName })),
    forwardedToken: (name, email) => {
      const app = apps.get(name)
      const user = principals.user(email)
      if (!app || !user || app.liveScopes.length === 0) return undefined
      return credentials.forwarded(name, user, [...new Set([...defaultUserScopes, ...app.liveScopes])].sort())
    },
  }
}
