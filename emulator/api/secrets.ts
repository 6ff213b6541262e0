/** `/api/2.0/secrets`: scopes, values and ACLs. */
import { ApiError, invalid } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, ok, optionalText, requiredQuery, requiredText } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { type SecretLevel, secretLevels } from '../workspace/secret-scopes.ts'
import type { Workspace } from '../workspace/workspace.ts'

const base = '/api/2.0/secrets'
const scope = 'secrets.secrets'

export function secretsRoutes(workspace: Workspace): readonly Route[] {
  return [...scopeRoutes(workspace), ...valueRoutes(workspace), ...aclRoutes(workspace)]
}

function scopeRoutes({ secrets }: Workspace): readonly Route[] {
  return [
    post('/scopes/create', (call) => {
      const body = bodyOf(call)
      const initial = optionalText(body, 'initial_manage_principal')
      if (initial !== undefined && initial !== 'users') throw invalid('initial_manage_principal can only be users.')
      if (optionalText(body, 'scope_backend_type') === 'AZURE_KEYVAULT')
        throw new ApiError(501, 'NOT_IMPLEMENTED', 'The emulator keeps secrets in Databricks-backed scopes only.')
      secrets.create(requiredText(body, 'scope'), call.caller, initial === 'users')
      return ok()
    }),
    get('/scopes/list', (call) => {
      const seen = secrets
        .list()
        .filter((item) => call.caller.isAdmin || secrets.allows(item, call.caller.principal, 'READ'))
      return ok(seen.length === 0 ? {} : { scopes: seen.map(({ name }) => ({ name, backend_type: 'DATABRICKS' })) })
    }),
    post('/scopes/delete', (call) => {
      secrets.delete(secrets.use(requiredText(bodyOf(call), 'scope'), call.caller, 'MANAGE'))
      return ok()
    }),
  ]
}

function valueRoutes({ secrets }: Workspace): readonly Route[] {
  return [
    post('/put', (call) => {
      const body = bodyOf(call)
      const [text, encoded] = [optionalText(body, 'string_value'), optionalText(body, 'bytes_value')]
      if ((text === undefined) === (encoded === undefined))
        throw new ApiError(400, 'MALFORMED_REQUEST', 'Exactly one of string_value and bytes_value must be given.')
      const value = text === undefined ? Buffer.from(encoded ?? '', 'base64') : Buffer.from(text, 'utf8')
      secrets.put(secrets.use(requiredText(body, 'scope'), call.caller, 'WRITE'), requiredText(body, 'key'), value)
      return ok()
    }),
    get('/list', (call) => {
      const held = [...secrets.use(requiredQuery(call, 'scope'), call.caller, 'READ').secrets.values()]
      const list = held.map(({ key, updatedAt }) => ({ key, last_updated_timestamp: updatedAt }))
      return ok(list.length === 0 ? {} : { secrets: list })
    }),
    get('/get', (call) => {
      const held = secrets.use(requiredQuery(call, 'scope'), call.caller, 'READ')
      const secret = secrets.secret(held, requiredQuery(call, 'key'))
      return ok({ key: secret.key, value: secret.value.toString('base64') })
    }),
    post('/delete', (call) => {
      const body = bodyOf(call)
      const held = secrets.use(requiredText(body, 'scope'), call.caller, 'WRITE')
      held.secrets.delete(secrets.secret(held, requiredText(body, 'key')).key.toLowerCase())
      return ok()
    }),
  ]
}

function aclRoutes({ secrets }: Workspace): readonly Route[] {
  const item = ([principal, permission]: readonly [string, SecretLevel]) => ({ principal, permission })
  return [
    post('/acls/put', (call) => {
      const body = bodyOf(call)
      const level = secretLevels.find((known) => known === body['permission'])
      if (!level) throw invalid(`permission must be one of ${secretLevels.join(', ')}.`)
      const held = secrets.use(requiredText(body, 'scope'), call.caller, 'MANAGE')
      held.acl.set(secrets.granteeName(requiredText(body, 'principal')), level)
      return ok()
    }),
    get('/acls/list', (call) => {
      const held = secrets.use(requiredQuery(call, 'scope'), call.caller, 'READ')
      return ok(held.acl.size === 0 ? {} : { items: [...held.acl].map(item) })
    }),
    get('/acls/get', (call) => {
      const held = secrets.use(requiredQuery(call, 'scope'), call.caller, 'READ')
      const principal = requiredQuery(call, 'principal')
      const level = held.acl.get(principal)
      if (!level) throw noAcl(held.name, principal)
      return ok(item([principal, level]))
    }),
    post('/acls/delete', (call) => {
      const body = bodyOf(call)
      const held = secrets.use(requiredText(body, 'scope'), call.caller, 'MANAGE')
      const principal = requiredText(body, 'principal')
      if (!held.acl.delete(principal)) throw noAcl(held.name, principal)
      return ok()
    }),
  ]
}

const noAcl = (scopeName: string, principal: string) =>
  new ApiError(
    404,
    'RESOURCE_DOES_NOT_EXIST',
    `Failed to get secret acl for principal: ${principal} for scope: ${scopeName}.`,
  )

const post = (path: string, run: (call: Call) => Answer): Route => ({
  method: 'POST',
  pattern: base + path,
  scope,
  run,
})
const get = (path: string, run: (call: Call) => Answer): Route => ({ method: 'GET', pattern: base + path, scope, run })
