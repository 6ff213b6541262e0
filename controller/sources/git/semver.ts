/** Picks the highest tag inside a version range (semver.org 2.0.0 and the ranges npm made common). Pure. */

interface Version {
  readonly numbers: readonly [number, number, number]
  /** Identifiers after the dash; empty for a release. */
  readonly pre: readonly string[]
}

interface Bound {
  readonly sign: '>=' | '<' | '>' | '<=' | '='
  readonly version: Version
}

const versionText = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/
const partText = /^(\^|~|>=|<=|>|<|=)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/

/** The highest of `tags` that `range` takes, or undefined. Tags that are no version are passed over. */
export function highestInRange(tags: readonly string[], range: string): string | undefined {
  const choices = readRange(range)
  if (!choices) return undefined
  const fitting = tags.flatMap((tag) => {
    const version = readVersion(tag)
    return version && choices.some((bounds) => isInside(version, bounds)) ? [{ tag, version }] : []
  })
  return fitting.sort((a, b) => compare(b.version, a.version) || (a.tag < b.tag ? -1 : 1))[0]?.tag
}

/** Can the text be read as a range? */
export function isRange(range: string): boolean {
  return readRange(range) !== undefined
}

function readVersion(text: string): Version | undefined {
  const match = versionText.exec(text)
  if (!match) return undefined
  const [, major, minor, patch, pre] = match
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: pre?.split('.') ?? [] }
}

/** `||` between choices, blanks between bounds that must all hold. */
function readRange(range: string): readonly (readonly Bound[])[] | undefined {
  const choices = range.split('||').map((choice) => {
    const parts = choice
      .trim()
      .replace(/(>=|<=|>|<|=|\^|~)\s+/g, '$1')
      .split(/[\s,]+/)
    const bounds = parts.map(readPart)
    return bounds.includes(undefined) ? undefined : (bounds as (readonly Bound[])[]).flat()
  })
  return choices.includes(undefined) ? undefined : (choices as (readonly Bound[])[])
}

function readPart(text: string): readonly Bound[] | undefined {
  const match = partText.exec(text)
  if (!match) return undefined
  const [, sign = '', ...rest] = match
  const given = rest.slice(0, 3).map((part) => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part)))
  const pre = rest[3]?.split('.') ?? []
  const [major, minor, patch] = given
  const low: Version = { numbers: [major ?? 0, minor ?? 0, patch ?? 0], pre }
  const next = (at: number): Bound => {
    const numbers = low.numbers.map((number, index) => (index < at ? number : index === at ? number + 1 : 0))
    // The dash keeps 2.0.0-beta out of what ends before 2.0.0.
    return { sign: '<', version: { numbers: numbers as [number, number, number], pre: ['0'] } }
  }
  const from: Bound = { sign: '>=', version: low }
  if (major === undefined) return sign === '>' || sign === '<' ? undefined : [from]
  if (sign === '^') return [from, next(major > 0 || minor === undefined ? 0 : minor > 0 || patch === undefined ? 1 : 2)]
  if (sign === '~') return [from, next(minor === undefined ? 0 : 1)]
  if (sign === '>=' || sign === '<') return [{ sign, version: low }]
  const last = minor === undefined ? 0 : patch === undefined ? 1 : undefined
  if (sign === '>') return last === undefined ? [{ sign, version: low }] : [{ sign: '>=', version: next(last).version }]
  if (sign === '<=') return last === undefined ? [{ sign, version: low }] : [next(last)]
  return last === undefined ? [{ sign: '=', version: low }] : [from, next(last)]
}

/** A pre-release is taken only where a bound of the same three numbers names one: nobody asks for betas by accident. */
function isInside(version: Version, bounds: readonly Bound[]): boolean {
  const asksForPre = bounds.some(
    ({ version: bound, sign }) =>
      bound.pre.length > 0 && sign !== '<' && bound.numbers.every((number, at) => number === version.numbers[at]),
  )
  if (version.pre.length > 0 && !asksForPre) return false
  return bounds.every(({ sign, version: bound }) => {
    const order = compare(version, bound)
    if (sign === '=') return order === 0
    if (sign === '>=') return order >= 0
    if (sign === '<=') return order <= 0
    return sign === '>' ? order > 0 : order < 0
  })
}

function compare(a: Version, b: Version): number {
  for (const at of [0, 1, 2] as const) if (a.numbers[at] !== b.numbers[at]) return a.numbers[at] - b.numbers[at]
  if (a.pre.length === 0 || b.pre.length === 0) return (a.pre.length === 0 ? 1 : 0) - (b.pre.length === 0 ? 1 : 0)
  for (let at = 0; at < Math.max(a.pre.length, b.pre.length); at += 1) {
    const [left, right] = [a.pre[at], b.pre[at]]
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    if (left !== right) return compareIdentifiers(left, right)
  }
  return 0
}

function compareIdentifiers(left: string, right: string): number {
  const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)]
  if (isLeft && isRight) return Number(left) - Number(right)
  if (isLeft !== isRight) return isLeft ? -1 : 1
  return left < right ? -1 : 1
}
