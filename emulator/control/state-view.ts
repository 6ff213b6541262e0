/** The whole workspace as one JSON object for people and tests. Secret values and tokens stay hidden. */
import { deploymentView } from '../apps/app-view.ts'
import type { Fields } from '../http/call.ts'
import { nameOf } from '../workspace/principals.ts'
import type { Workspace } from '../workspace/workspace.ts'

export function stateView(workspace: Workspace): Fields {
  const { principals, credentials } = workspace
  const owner = (id: string) => {
    const identity = principals.byId(id)
    return identity && identity.kind !== 'group' ? nameOf(identity) : id
  }
  return {
    now: workspace.clock.now(),
    url: workspace.url,
    durations: workspace.durations,
    apps: [...workspace.apps.values()].map((app) => ({
      name: app.name,
      description: app.spec['description'],
      compute: app.compute,
      status: app.app,
      message: app.appMessage,
      pid: app.running?.pid,
      port: app.running?.port,
      deployments: app.deployments.map(deploymentView),
      permissions: workspace.acls.of(`/apps/${app.name}`),
    })),
    scopes: workspace.secrets.list().map((scope) => ({
      name: scope.name,
      keys: [...scope.secrets.values()].map(({ key, updatedAt }) => ({ key, updatedAt })),
      acl: Object.fromEntries(scope.acl),
    })),
    tokens: credentials.personalTokens().map((token) => ({
      tokenId: token.tokenId,
      owner: owner(token.ownerId),
      comment: token.comment,
      createdAt: token.createdAt,
      expiresAt: token.expiresAt,
    })),
    oauthTokens: credentials.oauthTokens().map((token) => ({
      owner: owner(token.principalId),
      scopes: token.scopes,
      expiresAt: token.expiresAt,
      app: token.app,
    })),
    users: principals.users().map(({ userName, active }) => ({ userName, active })),
    groups: principals.groups().map(({ displayName, members }) => ({ displayName, members: members.map(memberName) })),
    files: workspace.files.walk('/').map(({ path, type, content }) => ({ path, type, size: content?.length })),
  }

  function memberName(id: string): string {
    const identity = principals.byId(id)
    return identity?.kind === 'group' ? identity.displayName : owner(id)
  }
}
