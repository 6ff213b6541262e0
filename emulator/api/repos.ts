/** `/api/2.0/repos` and `/api/2.0/git-credentials`: git folders, as far as deploying from git needs them. */
import { checkRepositoryUrl, fetchSource, type GitRef, readRef } from '../apps/git-source.ts'
import { ApiError, invalid, missing } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, type Fields, ok, optionalText, requiredText } from '../http/call.ts'
import { pageOf } from '../http/paging.ts'
import type { Route } from '../http/router.ts'
import { canonicalPath } from '../workspace/file-tree.ts'
import { nameOf } from '../workspace/principals.ts'
import type { Repo } from '../workspace/repos.ts'
import type { Workspace } from '../workspace/workspace.ts'

const scope = 'workspace.workspace'
const pageSize = 20

export function reposRoutes(workspace: Workspace): readonly Route[] {
  const { repos, files, fileAccess } = workspace

  const find = (call: Call, level: 'CAN_READ' | 'CAN_MANAGE'): Repo => {
    const repo = repos.find(call.params['id'] ?? '')
    if (!repo) throw missing(`Repo ${call.params['id']} does not exist.`)
    fileAccess.demand(call.caller, repo.path, level)
    return repo
  }

  async function checkOut(repo: Omit<Repo, 'headCommit'>, ref: GitRef): Promise<Repo> {
    const checkout = await fetchSource({ url: repo.url, ref, workDir: workspace.stateDir }).catch((error: Error) => {
      throw new ApiError(400, 'GIT_REMOTE_ERROR', error.message)
    })
    files.remove(repo.path)
    files.mkdirs(repo.path, 'REPO')
    for (const [path, content] of checkout.files) {
      const target = `${repo.path}/${path}`
      files.mkdirs(target.slice(0, target.lastIndexOf('/')))
      files.write(target, content)
    }
    const kept = { ...repo, headCommit: checkout.commit }
    repos.keep(kept)
    return kept
  }

  async function create(call: Call): Promise<Answer> {
    const body = bodyOf(call)
    const url = requiredText(body, 'url')
    checkRepositoryUrl(url, call.caller.isAdmin)
    const base = (url.split('/').at(-1) ?? 'repo').replace(/\.git$/, '')
    const path = canonicalPath(optionalText(body, 'path') ?? `/Users/${nameOf(call.caller.principal)}/${base}`)
    if (files.get(path)) throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) already exists.`)
    fileAccess.demandCreate(call.caller, path)
    const branch = 'main'
    const repo = { id: repos.nextId(), path, url, provider: requiredText(body, 'provider'), branch }
    return ok(view(await checkOut(repo, { kind: 'branch', name: branch })))
  }

  async function update(call: Call): Promise<Answer> {
    const repo = find(call, 'CAN_MANAGE')
    const ref = readRef(bodyOf(call))
    if (ref.kind === 'commit') throw invalid('A repo follows a branch or a tag.')
    await checkOut({ ...repo, branch: ref.kind === 'branch' ? ref.name : '' }, ref)
    return ok()
  }

  function list(call: Call): Answer {
    const prefix = canonicalPath(call.query.get('path_prefix') ?? '/')
    const seen = repos
      .list()
      .filter((repo) => repo.path.startsWith(prefix) && fileAccess.allows(call.caller, repo.path, 'CAN_READ'))
    const query = new URLSearchParams({ page_token: call.query.get('next_page_token') ?? '' })
    const page = pageOf(seen, query, pageSize)
    return ok({
      ...(page.items.length > 0 ? { repos: page.items.map(view) } : {}),
      ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
    })
  }

  const pattern = '/api/2.0/repos'
  return [
    { method: 'POST', pattern, scope, run: create },
    { method: 'GET', pattern, scope, run: list },
    { method: 'GET', pattern: `${pattern}/:id`, scope, run: (call) => ok(view(find(call, 'CAN_READ'))) },
    { method: 'PATCH', pattern: `${pattern}/:id`, scope, run: update },
    {
      method: 'DELETE',
      pattern: `${pattern}/:id`,
      scope,
      run: (call) => {
        const repo = find(call, 'CAN_MANAGE')
        files.remove(repo.path)
        repos.remove(String(repo.id))
        return ok()
      },
    },
  ]
}

function view(repo: Repo): Fields {
  return {
    id: repo.id,
    path: repo.path,
    url: repo.url,
    provider: repo.provider,
    ...(repo.branch === '' ? {} : { branch: repo.branch }),
    head_commit_id: repo.headCommit,
  }
}
