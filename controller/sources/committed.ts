/**
 * What of a spec should never have been committed: values that look like secrets, and fields that only the controller
 * writes. Said by place, never by value. Pure.
 */
import type { Problem } from '@workshop/contracts/errors'
import { type FieldPath, showPath } from '@workshop/contracts/field-path'
import { readSpecText } from '@workshop/contracts/spec-text'

/** Long enough that no name or sentence looks so by chance; each issuer's own documented form. */
const secretForms: readonly (readonly [what: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a Databricks token', /\bdapi[0-9a-f]{16,}(?:-\d+)?/i],
  ['a Databricks OAuth secret', /\bdose[0-9a-f]{16,}/i],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/],
  ['a GitLab token', /\bglpat-[\w-]{20,}/],
  ['a key of a model provider', /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a Slack token', /\bxox[abprs]-[\w-]{10,}/],
  ['a signed web token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['a password inside an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i],
]

/** Written by whoever keeps objects, and of no meaning in a file. */
const foreignFields: readonly FieldPath[] = [
  ['status'],
  ['metadata', 'uid'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'managedFields'],
]

/** Warnings about the text of a spec in a repository, in the order of the file; `file` is how messages call it. */
export function committedNotices(text: string, file: string): readonly Problem[] {
  const read = readSpecText(text, file)
  if ('code' in read) return secretLines(text, file)
  const foreign = foreignFields.filter((path) => valueAt(read.value, path) !== undefined)
  const secret = [...stringsOf(read.value, [])].flatMap(({ path, value }) =>
    secretsIn(value).map((what): readonly [FieldPath, string] => [path, what]),
  )
  const notices = [
    ...foreign.map((path) => ignoredNotice(`${file} ${showPath(path)}`, read.lineOf(path))),
    ...secret.map(([path, what]) => secretNotice(what, `${file} ${withoutSecrets(showPath(path))}`, read.lineOf(path))),
  ]
  // Comments are committed too.
  const rest = secret.length === 0 ? secretLines(text, file) : []
  return [...notices, ...rest].sort((a, b) => (a.lines?.[0] ?? 0) - (b.lines?.[0] ?? 0))
}

/** The text with everything that looks like a secret taken out of it. */
export function withoutSecrets(text: string): string {
  return secretForms.reduce((rest, [what, form]) => rest.replace(new RegExp(form, `${form.flags}g`), `(${what})`), text)
}

function secretLines(text: string, file: string): readonly Problem[] {
  return text.split('\n').flatMap((line, at) => secretsIn(line).map((what) => secretNotice(what, file, at + 1)))
}

function secretsIn(text: string): readonly string[] {
  return secretForms.filter(([, form]) => form.test(text)).map(([what]) => what)
}

function secretNotice(what: string, where: string, line: number): Problem {
  return { code: 'WO-1177', message: `what looks like ${what} is committed`, where, lines: [line] }
}

function ignoredNotice(where: string, line: number): Problem {
  return { code: 'WO-1178', message: 'is ignored', where, lines: [line] }
}

/** Every text in it, names of fields too: a secret may stand on the wrong side of the colon. */
function* stringsOf(value: unknown, path: FieldPath): Generator<{ readonly path: FieldPath; readonly value: string }> {
  if (typeof value === 'string') yield { path, value }
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const own = [...path, Array.isArray(value) ? Number(name) : name]
    if (!Array.isArray(value)) yield { path: own, value: name }
    yield* stringsOf(inner, own)
  }
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], value)
}
