/** Every API of the emulated workspace. */
import type { Route } from '../http/router.ts'
import { appPermissions } from './app-permissions.ts'
import { appUpdatesRoutes } from './app-updates.ts'
import { type AppsContext, appsRoutes } from './apps.ts'
import { deploymentsRoutes } from './deployments.ts'
import { gitCredentialsRoutes } from './git-credentials.ts'
import { oauthRoutes } from './oauth.ts'
import { objectPermissions } from './object-permissions.ts'
import { permissionsRoutes } from './permissions.ts'
import { reposRoutes } from './repos.ts'
import { scimRoutes } from './scim.ts'
import { secretsRoutes } from './secrets.ts'
import { servingEndpointsRoutes } from './serving-endpoints.ts'
import { telemetryRoutes } from './telemetry.ts'
import { tokensRoutes } from './tokens.ts'
import { workspaceContentsRoutes } from './workspace-contents.ts'
import { workspaceObjectsRoutes } from './workspace-objects.ts'

export function apiRoutes(context: AppsContext): readonly Route[] {
  const { workspace, lifecycle } = context
  return [
    ...appsRoutes(context),
    ...deploymentsRoutes(context),
    ...appUpdatesRoutes(context),
    ...permissionsRoutes(workspace, {
      ...objectPermissions(workspace),
      apps: appPermissions(workspace, lifecycle),
    }),
    ...secretsRoutes(workspace),
    ...tokensRoutes(workspace),
    ...oauthRoutes(workspace),
    ...scimRoutes(workspace),
    ...workspaceObjectsRoutes(workspace),
    ...workspaceContentsRoutes(workspace),
    ...reposRoutes(workspace),
    ...gitCredentialsRoutes(workspace),
    ...servingEndpointsRoutes(workspace),
    ...telemetryRoutes(),
  ]
}
