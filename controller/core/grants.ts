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
  // By sets: ten thousand people on one hub are compared at every look.
  const has = new Set(found.map((grant) => `${grant.level} ${principalOf(grant)}`))
  const missing = wanted.filter((grant) => {
    const who = principalOf(grant)
    return !has.has(`${grant.level} ${who}`) && !has.has(`CAN_MANAGE ${who}`)
  })
  const wants = new Set(wanted.map(principalOf))
  const isStale = (grant: Grant) =>
    grant.level === level && principals.includes(grant.principal) && !wants.has(principalOf(grant))
  const stale = found.filter(isStale)
  return { missing, stale, all: [...found.filter((grant) => !isStale(grant)), ...missing] }
}

/** The same text for the same principal. */
function principalOf({ principal, name }: Grant): string {
  return `${principal} ${name.toLowerCase()}`
}

/** `ada@example.com and 3 more`. */
export function namesOfGrants(grants: readonly Grant[]): string {
  const [first, second] = grants
  if (first === undefined) return 'nobody'
  if (second === undefined) return first.name
  return grants.length === 2 ? `${first.name} and ${second.name}` : `${first.name} and ${grants.length - 1} more`
}
