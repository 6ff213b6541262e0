/** Whether the model token must be issued or renewed, and which tokens are left over from attempts whose answer was lost. Pure. */
import { showDuration } from '@workshop/contracts/duration'
import type { TokenWish } from './desired.ts'
import type { ObservedScope, ObservedToken } from './observed.ts'

/** A lost answer is younger than the token that took its place; the one before it is older and still in use somewhere. */
export type TokenVerdict =
  | { readonly do: 'keep' }
  | { readonly do: 'issue'; readonly reason: string; readonly message: string }
  | { readonly do: 'store'; readonly reason: string; readonly message: string }

/** Decides from what lies in the scope and which of our tokens live. */
export function tokenVerdict(
  wish: TokenWish,
  scope: ObservedScope | undefined,
  tokens: readonly ObservedToken[],
  secretKey: string,
  now: number,
): TokenVerdict {
  const record = scope?.record
  const isStored = scope?.keys.includes(secretKey) === true
  const isEdited = isStored && record !== undefined && scope.valueSha256 !== record.sha256
  if (wish.kind === 'given') {
    if (!isStored || !record) return { do: 'store', reason: 'Missing', message: 'the scope has no token yet' }
    if (isEdited) return { do: 'store', reason: 'Drifted', message: 'the stored value was changed by somebody else' }
    const isCurrent = record.sha256 === wish.sha256
    return isCurrent
      ? { do: 'keep' }
      : { do: 'store', reason: 'SpecChanged', message: 'the spec names another token value' }
  }
  if (!isStored || !record) return { do: 'issue', reason: 'Missing', message: 'the scope has no token yet' }
  if (isEdited) return { do: 'issue', reason: 'Drifted', message: 'the stored value was changed by somebody else' }
  const token = tokens.find(({ id }) => id === record.tokenId)
  if (!token)
    return { do: 'issue', reason: 'Revoked', message: 'the token in the scope is no longer known to the workspace' }
  const left = token.expiresAt - now
  if (left <= wish.renewBeforeMs) {
    const message = `expires in ${showDuration(left)}, renewBefore is ${showDuration(wish.renewBeforeMs)}`
    return { do: 'issue', reason: 'Expiring', message }
  }
  return { do: 'keep' }
}

/**
 * Tokens that nobody can use because their value was lost. Those made before the recorded one are its predecessors:
 * workers may hold them until they expire. Without a record nothing was ever stored, so all are lost.
 */
export function lostTokens(
  scope: ObservedScope | undefined,
  tokens: readonly ObservedToken[],
): readonly ObservedToken[] {
  const record = scope?.record
  if (!record) return tokens
  return tokens.filter(({ id, createdAt }) => id !== record.tokenId && createdAt > record.createdAt)
}

/** Epoch ms of the renewal. */
export function renewsAt(expiresAt: number, renewBeforeMs: number): number {
  return expiresAt - renewBeforeMs
}
