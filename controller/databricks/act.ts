/** Carries out one planned call. No decisions: what to do was decided from one look, and the next look judges the result. */

import type { DesiredApp } from '../core/desired.ts'
import type { DesiredDeployment } from '../core/desired-deployment.ts'
import type { PlatformCall } from '../core/steps.ts'
import { uploadBundle, writeFleet } from './act-files.ts'
import { createGrants, replaceGrants } from './act-grants.ts'
import { issueToken, storeToken } from './act-token.ts'
import type { Bundle } from './bundle.ts'
import { type AppWrite, createApp, deleteApp, deployApp, startApp, updateApp } from './client/apps.ts'
import { CallError } from './client/call-error.ts'
import { createScope, deleteScope, deleteSecret, putSecret } from './client/secrets.ts'
import { deleteToken } from './client/tokens.ts'
import { deleteObject, makeFolder } from './client/workspace-files.ts'
import { askDrain } from './control.ts'
import type { Workspace } from './workspace.ts'

export interface ActContext {
  readonly workspace: Workspace
  readonly bundle: Bundle | undefined
}

/** Throws CallError. */
export async function act(call: PlatformCall, context: ActContext): Promise<void> {
  const { workspace } = context
  const { http } = workspace
  switch (call.do) {
    case 'createScope':
      return createScope(http, call.scope)
    case 'deleteScope':
      return goneIsFine(deleteScope(http, call.scope))
    case 'putSecret':
      return putSecret(http, call.scope, call.key, call.value)
    case 'deleteSecret':
      return goneIsFine(deleteSecret(http, call.scope, call.key))
    case 'issueToken':
      return issueToken(http, call)
    case 'storeToken':
      return storeToken(http, call, workspace.clock.now())
    case 'deleteToken':
      return goneIsFine(deleteToken(http, call.id))
    case 'makeFolder':
      return makeFolder(http, call.path)
    case 'uploadBundle':
      return uploadBundle(http, call.path, context.bundle)
    case 'deletePaths':
      for (const path of call.paths) await deleteObject(http, path)
      return
    case 'addGrants':
      return createGrants(http, call.object, call.grants)
    case 'setGrants':
      return replaceGrants(http, call.object, call.grants)
    case 'writeFleetFile':
      return writeFleet(workspace, call.path, call.content)
    case 'createApp':
      return void (await createApp(http, appBody(call.app)))
    case 'updateApp':
      return updateApp(http, masked(call.app, call.mask), call.mask)
    case 'startApp':
      return startApp(http, call.name)
    case 'deployApp':
      return void (await deployApp(http, call.name, deploymentBody(call.deployment)))
    case 'deleteApp':
      return deleteOrDeleting(workspace, call.name)
    case 'drain':
      return askDrain(workspace, call.url, call.on)
  }
}

function appBody(app: DesiredApp): AppWrite {
  return {
    name: app.name,
    description: app.description,
    compute_size: app.computeSize,
    resources: app.resources,
    ...(app.userApiScopes.length > 0 ? { user_api_scopes: app.userApiScopes } : {}),
    ...(app.gitRepository ? { git_repository: app.gitRepository } : {}),
  }
}

/** Only what the mask names: some workspaces refuse fields that they do not have. */
function masked(app: DesiredApp, mask: readonly string[]): AppWrite {
  const fields = Object.entries(appBody(app)).filter(([name]) => name === 'name' || mask.includes(name))
  return Object.fromEntries(fields) as unknown as AppWrite
}

function deploymentBody({ sourcePath, gitSource, envVars }: DesiredDeployment) {
  return {
    mode: 'SNAPSHOT' as const,
    ...(gitSource ? { git_source: gitSource } : { source_code_path: sourcePath }),
    env_vars: envVars.map(({ name, value, valueFrom }) => ({
      name,
      ...(value === undefined ? {} : { value }),
      ...(valueFrom === undefined ? {} : { value_from: valueFrom }),
    })),
  }
}

/** A second DELETE while the platform deletes is refused with 400: that is success under way (facts 1.6). */
async function deleteOrDeleting({ http }: Workspace, name: string): Promise<void> {
  try {
    await goneIsFine(deleteApp(http, name))
  } catch (error) {
    const isDeleting = error instanceof CallError && error.status === 400 && error.platformMessage.includes('DELETING')
    if (!isDeleting) throw error
  }
}

async function goneIsFine(call: Promise<void>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof CallError && error.isMissing)) throw error
  }
}
