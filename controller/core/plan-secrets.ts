/** The secret scope, its marker and the model token. Pure. */
import type { Desired } from './desired.ts'
import { ownerIn, ownerKey } from './names.ts'
import type { Observed } from './observed.ts'
import { type PlanPart, type Step, step } from './steps.ts'
import { lostTokens, tokenVerdict } from './token.ts'

/** Key of the action that puts the token; apps wait for it, since their resource names it. */
export function tokenActionKey(desired: Desired): string {
  return `Token/${desired.names.scope}.${desired.secretKey}`
}

export function planSecrets(desired: Desired, observed: Observed, now: number): PlanPart {
  const { scope: name } = desired.names
  const { scope } = observed
  if (scope?.owner !== undefined && scope.owner !== desired.marker) {
    const message = `the secret scope ${name} belongs to ${ownerIn(scope.owner) ?? 'somebody else'}`
    return { steps: [], blockers: [{ code: 'WO-2011', name, message }] }
  }
  const mayClaim = scope === undefined || (desired.scopeIsDefault && scope.keys.length === 0)
  const steps = [
    ...(scope === undefined ? [createScope(name)] : []),
    ...(mayClaim ? [claimScope(name, desired.marker)] : []),
    ...planToken(desired, observed, now),
    ...lostTokens(scope, observed.tokens).map(({ id }) => revokeLost(id)),
  ]
  return { steps, inSync: { SecretScope: scope ? 1 : 0 } }
}

function createScope(scope: string): Step {
  const message = 'the scope is not there'
  return step(
    { kind: 'SecretScope', name: scope, action: 'create', reason: 'Missing', message },
    { do: 'createScope', scope },
  )
}

function claimScope(scope: string, marker: string): Step {
  const message = 'marks the scope as ours, so that it may be deleted with the workshop'
  return step(
    {
      kind: 'SecretScope',
      name: scope,
      part: 'owner',
      action: 'update',
      reason: 'Missing',
      message,
      after: [`SecretScope/${scope}`],
    },
    { do: 'putSecret', scope, key: ownerKey, value: marker },
  )
}

function planToken(desired: Desired, observed: Observed, now: number): readonly Step[] {
  const { token, secretKey, marker } = desired
  const { scope } = desired.names
  const verdict = tokenVerdict(token, observed.scope, observed.tokens, secretKey, now)
  if (verdict.do === 'keep') return []
  const before = observed.scope?.record?.sha256
  const found = before ? shortHash(before) : 'none'
  const wanted = token.kind === 'given' ? shortHash(token.sha256) : 'new'
  const input = {
    kind: 'Token' as const,
    name: `${scope}.${secretKey}`,
    action: before === undefined ? ('create' as const) : ('update' as const),
    reason: verdict.reason,
    message: verdict.message,
    changes: [{ path: 'value', wanted, found }],
    after: [`SecretScope/${scope}`, `SecretScope/${scope}/owner`],
  }
  return token.kind === 'given'
    ? [step(input, { do: 'storeToken', scope, key: secretKey, value: token.value })]
    : [step(input, { do: 'issueToken', scope, key: secretKey, comment: marker, lifetimeMs: token.lifetimeMs })]
}

function revokeLost(id: string): Step {
  const message = 'its value was lost before it could be stored, so nobody can use it'
  return step({ kind: 'Token', name: id, action: 'delete', reason: 'Lost', message }, { do: 'deleteToken', id })
}

function shortHash(sha256: string): string {
  return `sha256:${sha256.slice(0, 6)}…`
}
