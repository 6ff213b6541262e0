/** `/api/2.0/apps/{name}/deployments`: deploy from a workspace folder or from git, list, get. */
import type { AppRecord, DeploymentRequest } from '../apps/app-record.ts'
import { deploymentView } from '../apps/app-view.ts'
import { checkRepositoryUrl, readRef } from '../apps/git-source.ts'
import { ApiError, invalid, missing } from '../http/api-error.ts'
import {
  type Answer,
  bodyOf,
  type Call,
  type Fields,
  isFields,
  listOf,
  ok,
  optionalText,
  requiredText,
  textsOf,
} from '../http/call.ts'
import { pageOf } from '../http/paging.ts'
import type { Route } from '../http/router.ts'
import { canonicalPath, isFolder } from '../workspace/file-tree.ts'
import { type AppsContext, demandedApp } from './apps.ts'

const scope = 'apps.apps'
const base = '/api/2.0/apps/:name/deployments'

export function deploymentsRoutes(context: AppsContext): readonly Route[] {
  const { workspace, lifecycle } = context

  function deploy(call: Call): Answer {
    const app = demandedApp(context, call, call.params['name'] ?? '', 'CAN_MANAGE')
    const body = bodyOf(call)
    if (body['mode'] === 'AUTO_SYNC')
      throw new ApiError(501, 'NOT_IMPLEMENTED', 'The emulator deploys in mode SNAPSHOT only.')
    const request = completed(readRequest(body), app.lastGood, body)
    checkSource(app, request, call)
    return ok(deploymentView(lifecycle.deploy(app, request, call.caller)))
  }

  function checkSource(app: AppRecord, request: DeploymentRequest, call: Call): void {
    if (request.sourceCodePath !== undefined) {
      const folder = workspace.files.need(request.sourceCodePath)
      workspace.fileAccess.demand(call.caller, folder.path, 'CAN_READ')
      if (!isFolder(folder)) throw invalid(`source_code_path ${request.sourceCodePath} must be a folder.`)
      return
    }
    const repository = app.spec['git_repository']
    if (!isFields(repository)) throw invalid('The app has no git_repository to deploy from.')
    readRef(request.gitSource ?? {})
    checkRepositoryUrl(requiredText(repository, 'url'), call.caller.isAdmin)
  }

  return [
    { method: 'POST', pattern: base, scope, run: deploy },
    {
      method: 'GET',
      pattern: base,
      scope,
      run: (call) => {
        const app = demandedApp(context, call, call.params['name'] ?? '', 'CAN_USE')
        const page = pageOf(app.deployments, call.query, context.pageSize)
        return ok({
          ...(page.items.length > 0 ? { app_deployments: page.items.map(deploymentView) } : {}),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        })
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:id`,
      scope,
      run: (call) => {
        const app = demandedApp(context, call, call.params['name'] ?? '', 'CAN_USE')
        const deployment = app.deployments.find(({ id }) => id === call.params['id'])
        if (!deployment) throw missing(`Deployment ${call.params['id']} of app ${app.name} does not exist.`)
        return ok(deploymentView(deployment))
      },
    },
  ]
}

function readRequest(body: Fields): DeploymentRequest {
  const path = optionalText(body, 'source_code_path')
  const git = body['git_source']
  if (path && isFields(git)) throw invalid('Only one of source_code_path and git_source may be given.')
  const command = textsOf(body, 'command')
  return {
    ...(path ? { sourceCodePath: canonicalPath(path) } : {}),
    ...(isFields(git) ? { gitSource: gitSourceOf(git) } : {}),
    ...(command.length > 0 ? { command } : {}),
    envVars: listOf(body, 'env_vars').map(readVariable),
  }
}

function gitSourceOf(git: Fields): Fields {
  return Object.fromEntries(
    ['branch', 'tag', 'commit', 'source_code_path'].flatMap((field) => {
      const value = optionalText(git, field)
      return value ? [[field, value]] : []
    }),
  )
}

function readVariable(item: Fields): DeploymentRequest['envVars'][number] {
  const value = optionalText(item, 'value')
  const valueFrom = optionalText(item, 'value_from')
  if (value !== undefined && valueFrom !== undefined)
    throw invalid(`Environment variable ${requiredText(item, 'name')} has both value and value_from.`)
  return {
    name: requiredText(item, 'name'),
    ...(value === undefined ? {} : { value }),
    ...(valueFrom === undefined ? {} : { valueFrom }),
  }
}

/** A deploy that names no source takes the last one's, with its command and variables where the body has none. */
function completed(request: DeploymentRequest, last: DeploymentRequest | undefined, body: Fields): DeploymentRequest {
  if (request.sourceCodePath !== undefined || request.gitSource) return request
  if (!last) throw invalid('source_code_path or git_source must be given: the app was never deployed.')
  const { sourceCodePath, gitSource, command } = last
  return {
    ...(sourceCodePath === undefined ? {} : { sourceCodePath }),
    ...(gitSource ? { gitSource } : {}),
    ...(command ? { command } : {}),
    ...request,
    ...(body['env_vars'] === undefined ? { envVars: last.envVars } : {}),
  }
}
