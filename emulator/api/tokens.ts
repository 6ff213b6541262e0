/** `/api/2.0/token` (one's own personal access tokens) and `/api/2.0/token-management` (everybody's, for admins). */
import { ApiError, denied, invalid, missing } from '../http/api-error.ts'
import {
  type Answer,
  bodyOf,
  type Call,
  type Fields,
  isFields,
  ok,
  optionalText,
  requiredText,
  textsOf,
} from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { allApis, type Caller, type PersonalToken, scopesAllow } from '../workspace/credentials.ts'
import { nameOf, type Principal } from '../workspace/principals.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Documented: two years when nothing is asked for, and never more; 600 tokens per user and workspace. */
const longestLifetimeSeconds = 730 * 86_400
const tokenLimit = 600
const dayMs = 86_400_000

export function tokensRoutes(workspace: Workspace): readonly Route[] {
  return [...ownRoutes(workspace), ...managementRoutes(workspace)]
}

function ownRoutes(workspace: Workspace): readonly Route[] {
  const { credentials } = workspace
  const scope = 'authentication'
  const own = (call: Call, tokenId: string) => {
    const token = credentials.personalToken(tokenId)
    if (!token || token.ownerId !== idOf(call.caller)) throw missing(`Token ${tokenId} does not exist.`)
    return token
  }
  return [
    {
      method: 'POST',
      pattern: '/api/2.0/token/create',
      scope,
      run: (call) => issue(workspace, call.caller.principal, call.caller, bodyOf(call)),
    },
    {
      method: 'GET',
      pattern: '/api/2.0/token/list',
      scope,
      run: (call) => {
        const held = credentials.personalTokens().filter((token) => token.ownerId === idOf(call.caller))
        return ok(held.length === 0 ? {} : { token_infos: held.map(publicView) })
      },
    },
    {
      method: 'POST',
      pattern: '/api/2.0/token/delete',
      scope,
      run: (call) => {
        credentials.revokePersonal(own(call, requiredText(bodyOf(call), 'token_id')).tokenId)
        return ok()
      },
    },
    {
      method: 'PATCH',
      pattern: '/api/2.0/token/:id',
      scope,
      run: (call) => {
        const token = own(call, call.params['id'] ?? '')
        const change = bodyOf(call)['token']
        if (!isFields(change)) throw invalid('Field token must be an object.')
        credentials.replacePersonal({ ...token, comment: optionalText(change, 'comment') ?? token.comment })
        return ok()
      },
    },
  ]
}

function managementRoutes(workspace: Workspace): readonly Route[] {
  const { credentials, principals } = workspace
  const scope = 'authentication'
  const base = '/api/2.0/token-management'
  const find = (call: Call) => {
    demandAdmin(call.caller)
    const token = credentials.personalToken(call.params['id'] ?? '')
    if (!token) throw missing(`Token ${call.params['id']} does not exist.`)
    return token
  }
  const byAdmin = (run: (call: Call) => Answer) => (call: Call) => {
    demandAdmin(call.caller)
    return run(call)
  }
  return [
    {
      method: 'GET',
      pattern: `${base}/tokens`,
      scope,
      run: byAdmin((call) => {
        const [byId, byName] = [call.query.get('created_by_id'), call.query.get('created_by_username')]
        const found = credentials
          .personalTokens()
          .map((token) => fullView(workspace, token))
          .filter((view) => byId === null || String(view['created_by_id']) === byId)
          .filter((view) => byName === null || view['created_by_username'] === byName)
        return ok(found.length === 0 ? {} : { token_infos: found })
      }),
    },
    {
      method: 'GET',
      pattern: `${base}/tokens/:id`,
      scope,
      run: (call) => ok({ token_info: fullView(workspace, find(call)) }),
    },
    {
      method: 'DELETE',
      pattern: `${base}/tokens/:id`,
      scope,
      run: (call) => {
        credentials.revokePersonal(find(call).tokenId)
        return ok()
      },
    },
    {
      method: 'POST',
      pattern: `${base}/on-behalf-of/tokens`,
      scope,
      run: byAdmin((call) => {
        const body = bodyOf(call)
        const applicationId = requiredText(body, 'application_id')
        const owner = principals.servicePrincipal(applicationId)
        if (!owner) throw missing(`Service principal ${applicationId} does not exist.`)
        return issue(workspace, owner, call.caller, body)
      }),
    },
  ]
}

function issue(workspace: Workspace, owner: Principal, caller: Caller, body: Fields): Answer {
  const { credentials } = workspace
  const seconds = Number(body['lifetime_seconds'] ?? longestLifetimeSeconds)
  if (!Number.isInteger(seconds) || seconds <= 0 || seconds > longestLifetimeSeconds)
    throw invalid(`lifetime_seconds must be a whole number from 1 to ${longestLifetimeSeconds}.`)
  const count = credentials.personalTokens().filter((token) => token.ownerId === String(owner.id)).length
  if (count >= tokenLimit)
    throw new ApiError(400, 'QUOTA_EXCEEDED', `${nameOf(owner)} has ${tokenLimit} tokens already.`)
  const scopes = textsOf(body, 'scopes')
  const tooWide = scopes.find((scope) => !scopesAllow(caller.scopes, scope))
  if (tooWide !== undefined) throw denied(`The calling token may not give out scope ${tooWide}.`)
  const token = credentials.issuePersonal({
    owner,
    createdBy: caller.principal,
    lifetimeMs: seconds * 1_000,
    comment: optionalText(body, 'comment') ?? '',
    ...limitOf(scopes, caller),
  })
  return ok({
    token_value: token.value,
    token_info: owner === caller.principal ? publicView(token) : fullView(workspace, token),
  })
}

/** A token never reaches further than the one that made it. */
function limitOf(scopes: readonly string[], caller: Caller): { readonly scopes?: readonly string[] } {
  if (scopes.length > 0) return { scopes }
  return caller.scopes.includes(allApis) ? {} : { scopes: caller.scopes }
}

function demandAdmin(caller: Caller): void {
  if (!caller.isAdmin) throw denied('Only workspace admins can manage the tokens of others.')
}

const idOf = (caller: Caller) => String(caller.principal.id)

function publicView(token: PersonalToken): Fields {
  return {
    token_id: token.tokenId,
    comment: token.comment,
    creation_time: token.createdAt,
    expiry_time: token.expiresAt,
    ...(token.scopes ? { scopes: token.scopes } : {}),
  }
}

function fullView(workspace: Workspace, token: PersonalToken): Fields {
  const creator = workspace.principals.byId(token.createdById)
  return {
    ...publicView(token),
    created_by_id: BigInt(token.createdById),
    ...(creator && creator.kind !== 'group' ? { created_by_username: nameOf(creator) } : {}),
    owner_id: BigInt(token.ownerId),
    workspace_id: workspace.id,
    ...(token.lastUsedAt === undefined ? {} : { last_used_day: token.lastUsedAt - (token.lastUsedAt % dayMs) }),
  }
}
