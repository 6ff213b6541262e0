/**
 * Text or object to a Workshop with its defaults filled in, or every problem it has: where, on which line, what to do.
 * Pure. Skills, roster files and groups are checked by whoever can read them.
 */
import { checkCelRules } from './cel-rules.ts'
import type { Problem } from './errors.ts'
import { type FieldPath, overlaps, showPath } from './field-path.ts'
import { checkRules, namePrefixPath, type RuleFault } from './rules.ts'
import { checkSchema, workshopSchema } from './schema-check.ts'
import { readSpecText } from './spec-text.ts'
import type { Workshop } from './workshop.ts'

export interface Validated {
  /** Present exactly when there are no problems. */
  readonly workshop?: Workshop
  /** In the order of the file. */
  readonly problems: readonly Problem[]
}

const apiVersion = 'vibeworkshop.dev/v1alpha1'

/** Reads and checks the text of a spec file; `file` is how messages call it. */
export function parseWorkshop(text: string, file: string): Validated {
  const read = readSpecText(text, file)
  if ('code' in read) return { problems: [read] }
  const faults = isWorkshop(read.value) ? check(read.value) : [notAWorkshop(read.value)]
  const linesOf = (paths: readonly FieldPath[]) => [...new Set(paths.map(read.lineOf))].sort((a, b) => a - b)
  const problems = faults
    .map(({ path, also = [], problem }) => ({ ...problem, lines: linesOf([path, ...also]) }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0))
  return problems.length > 0 ? { problems } : { workshop: read.value as unknown as Workshop, problems }
}

/**
 * Checks an object that did not come from a file, such as a custom resource. The object is not changed. With `before`,
 * which has its defaults, rules about changes count too.
 */
export function validateWorkshop(object: unknown, before?: Workshop): Validated {
  const value = structuredClone(object) as Readonly<Record<string, unknown>>
  const problems = (isWorkshop(value) ? check(value, before) : [notAWorkshop(value)]).map(({ problem }) => problem)
  return problems.length > 0 ? { problems } : { workshop: value as unknown as Workshop, problems }
}

/** Fills defaults into `value` and says what is wrong with it: schema first, then the rules between sound fields. */
function check(value: Readonly<Record<string, unknown>>, before?: Workshop): readonly RuleFault[] {
  const schemaFaults = checkSchema(value).filter(({ path, problem }) => {
    const tooLong = problem.code === 'WO-1103' && showPath(path) === showPath(namePrefixPath)
    return !tooLong || prefixIsEmpty(value)
  })
  const faulty = outermost(schemaFaults.map(({ path }) => path))
  const own = schemaFaults.filter(({ path }, at) => {
    const first = schemaFaults.findIndex((other) => showPath(other.path) === showPath(path))
    return first === at && faulty.includes(path)
  })
  const cel = checkCelRules(workshopSchema, value, faulty, before)
  const rules = checkRules(value as unknown as Workshop, [...faulty, ...cel.map(({ path }) => path)])
  return [...own, ...cel, ...rules]
}

/** Paths that do not lie inside another one: a broken group of fields speaks for what is in it. */
function outermost(paths: readonly FieldPath[]): readonly FieldPath[] {
  return paths.filter((path) => !paths.some((other) => other.length < path.length && overlaps(other, path)))
}

function prefixIsEmpty(value: Readonly<Record<string, unknown>>): boolean {
  const { workers } = value['spec'] as { workers: { namePrefix: string } }
  return workers.namePrefix === ''
}

function isWorkshop(value: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof value === 'object' && value !== null && value['apiVersion'] === apiVersion && value['kind'] === 'Workshop'
  )
}

function notAWorkshop(value: Readonly<Record<string, unknown>> | null): RuleFault {
  const field = value?.['apiVersion'] === apiVersion ? 'kind' : 'apiVersion'
  const wanted = field === 'kind' ? 'Workshop' : apiVersion
  const found = value?.[field]
  const message = found === undefined ? 'is missing' : `must be ${wanted}`
  return { path: [field], problem: { code: 'WO-1003', message, where: field, fix: `write ${field}: ${wanted}` } }
}
