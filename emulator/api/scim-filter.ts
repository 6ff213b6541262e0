/** The part of SCIM's filter language that clients use: comparisons of texts, joined by `and` and `or`. Pure. */
import { ApiError } from '../http/api-error.ts'

/** Attribute by lower-cased name; undefined when the resource lacks it. */
export type Attributes = (name: string) => string | undefined

/** Documented: a filter may have 200 nodes. */
const nodeLimit = 200

type Comparison = (attributes: Attributes) => boolean

const tokens = /\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+)/gy

/** Compiles a filter. `and` binds tighter than `or`. Throws a SCIM 400. */
export function compileFilter(filter: string): Comparison {
  const words = [...filter.trim().matchAll(tokens)].map((match) => match[1] ?? '')
  const groups: Comparison[][] = [[]]
  let nodes = 0
  for (let at = 0; at < words.length; ) {
    const [name = '', operator = '', value] = words.slice(at, at + 3)
    const presence = operator.toLowerCase() === 'pr'
    groups.at(-1)?.push(comparison(name, operator.toLowerCase(), presence ? '' : textOf(value)))
    at += presence ? 2 : 3
    if (++nodes > nodeLimit) throw badFilter(`Filter has more than ${nodeLimit} nodes.`)
    const joint = words[at]?.toLowerCase()
    if (joint === 'or') groups.push([])
    else if (joint !== undefined && joint !== 'and') throw badFilter(`Expected and or or, found ${joint}.`)
    at += 1
    if (joint !== undefined && at >= words.length) throw badFilter('The filter ends too early.')
  }
  if (nodes === 0) throw badFilter('The filter is empty.')
  return (attributes) => groups.some((group) => group.every((test) => test(attributes)))
}

function textOf(word: string | undefined): string {
  const quoted = word === undefined ? undefined : /^"(.*)"$|^'(.*)'$/s.exec(word)
  if (word === undefined) throw badFilter('The filter ends too early.')
  return (quoted?.[1]?.replace(/\\(.)/g, '$1') ?? quoted?.[2] ?? word).toLowerCase()
}

function comparison(name: string, operator: string, wanted: string): Comparison {
  const held = (attributes: Attributes) => attributes(name.toLowerCase())?.toLowerCase()
  switch (operator) {
    case 'eq':
      return (attributes) => held(attributes) === wanted
    case 'ne':
      return (attributes) => held(attributes) !== wanted
    case 'co':
      return (attributes) => held(attributes)?.includes(wanted) ?? false
    case 'sw':
      return (attributes) => held(attributes)?.startsWith(wanted) ?? false
    case 'pr':
      return (attributes) => (held(attributes) ?? '') !== ''
    default:
      throw badFilter(`Operator ${operator} is not supported.`)
  }
}

const badFilter = (message: string) => new ApiError(400, 'invalidFilter', `Given filter is not supported: ${message}`)
