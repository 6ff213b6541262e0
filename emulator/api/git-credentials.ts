/** `/api/2.0/git-credentials`: how principals, an app's own among them, reach private repositories. */
import { denied, missing } from '../http/api-error.ts'
import { bodyOf, type Call, type Fields, ok, optionalText, requiredText } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import type { GitCredential } from '../workspace/repos.ts'
import type { Workspace } from '../workspace/workspace.ts'

const pattern = '/api/2.0/git-credentials'
const scope = 'workspace.workspace'

export function gitCredentialsRoutes(workspace: Workspace): readonly Route[] {
  const { repos } = workspace

  /** `principal_id` names another principal, whom only admins and the managers of its app may act for. */
  function ownerOf(call: Call, asked: unknown): string {
    const own = String(call.caller.principal.id)
    const owner = asked === undefined || asked === null ? own : String(asked)
    if (owner === own) return owner
    if (!workspace.principals.byId(owner)) throw missing(`Principal ${owner} does not exist.`)
    if (!call.caller.isAdmin) throw denied('Only admins can manage the git credentials of other principals.')
    return owner
  }

  function find(call: Call): GitCredential {
    const credential = repos.credential(call.params['id'] ?? '')
    if (!credential) throw missing(`Git credential ${call.params['id']} does not exist.`)
    ownerOf(call, credential.ownerId)
    return credential
  }

  return [
    {
      method: 'POST',
      pattern,
      scope,
      run: (call) => {
        const body = bodyOf(call)
        const credential = merged(
          {
            id: repos.nextId(),
            ownerId: ownerOf(call, body['principal_id']),
            provider: requiredText(body, 'git_provider'),
            username: '',
            isDefault: true,
            token: '',
          },
          body,
        )
        repos.keepCredential(credential)
        return ok(view(credential))
      },
    },
    {
      method: 'GET',
      pattern,
      scope,
      run: (call) => {
        const held = repos.credentials(ownerOf(call, call.query.get('principal_id'))).map(view)
        return ok(held.length === 0 ? {} : { credentials: held })
      },
    },
    { method: 'GET', pattern: `${pattern}/:id`, scope, run: (call) => ok(view(find(call))) },
    {
      method: 'PATCH',
      pattern: `${pattern}/:id`,
      scope,
      run: (call) => {
        repos.keepCredential(merged(find(call), bodyOf(call)))
        return ok()
      },
    },
    {
      method: 'DELETE',
      pattern: `${pattern}/:id`,
      scope,
      run: (call) => {
        repos.removeCredential(String(find(call).id))
        return ok()
      },
    },
  ]
}

function merged(held: GitCredential, body: Fields): GitCredential {
  const [email, name] = [optionalText(body, 'git_email') ?? held.email, optionalText(body, 'name') ?? held.name]
  return {
    ...held,
    provider: optionalText(body, 'git_provider') ?? held.provider,
    username: optionalText(body, 'git_username') ?? held.username,
    token: optionalText(body, 'personal_access_token') ?? held.token,
    isDefault: body['is_default_for_provider'] !== false,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  }
}

function view(credential: GitCredential): Fields {
  return {
    credential_id: credential.id,
    git_provider: credential.provider,
    git_username: credential.username,
    is_default_for_provider: credential.isDefault,
    ...(credential.email === undefined ? {} : { git_email: credential.email }),
    ...(credential.name === undefined ? {} : { name: credential.name }),
  }
}
