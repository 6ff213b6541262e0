/** Comparing direct permissions. Additions are merged in; a replacement, which carries everybody else over, happens only to take something away. Pure. */
import type { Grant } from './observed.ts'

export interface GrantDiff {
  readonly missing: readonly Grant[]
  /** Grants of the kind that we hand out, to people or groups who should not have them. */
  readonly stale: readonly Grant[]
  /** What the object should hold when stale ones go: all else that was found, and what is wanted. */
  readonly all: readonly Grant[]
}

/**
 * `level` is the level that we hand out (CAN_USE, CAN_READ) and `principals` the kinds that we hand it to: only such
 * entries can be stale. CAN_MANAGE of others, and principals of other kinds, are somebody else's business.
 */
export function diffGrants(
  wanted: readonly Grant[],
  found: readonly Grant[],
  level: string,
  principals: readonly Grant['principal'][],
): GrantDiff {
  const missing = wanted.filter((grant) => !found.some((other) => covers(other, grant)))
  const stale = found.filter(
    (grant) =>
      grant.level === level &&
      principals.includes(grant.principal) &&
      !wanted.some((other) => samePrincipal(other, grant)),
  )
  const kept = found.filter((grant) => !stale.includes(grant))
  return { missing, stale, all: [...kept, ...missing] }
}

function covers(found: Grant, wanted: Grant): boolean {
  return samePrincipal(found, wanted) && (found.level === wanted.level || found.level === 'CAN_MANAGE')
}

function samePrincipal(a: Grant, b: Grant): boolean {
  return a.principal === b.principal && a.name.toLowerCase() === b.name.toLowerCase()
}

/** `ada@example.com and 3 more`. */
export function namesOfGrants(grants: readonly Grant[]): string {
  const [first, second] = grants
  if (first === undefined) return 'nobody'
  if (second === undefined) return first.name
  return grants.length === 2 ? `${first.name} and ${second.name}` : `${first.name} and ${grants.length - 1} more`
}
