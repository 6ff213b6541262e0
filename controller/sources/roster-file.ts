/** Text of a roster file to people: one address a line, or a CSV with an `email` column. Pure. */
import type { Problem } from '@workshop/contracts/errors'
import { personKey } from '@workshop/contracts/placement'
import { CsvError, parse } from 'csv-parse/sync'

export interface RosterPerson {
  readonly email: string
  /** From a `name` column; empty without one. */
  readonly name: string
  /** 1-based line of the file. */
  readonly line: number
}

export interface RosterText {
  readonly people: readonly RosterPerson[]
  readonly problems: readonly Problem[]
}

/** What csv-parse answers with `info: true`, which its types do not say. */
interface Row {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** What the schema asks of `participants.users` (crds/workshop.crd.yaml). */
const address = /^[^@\s]+@[^@\s]+$/
/** More lines than any workshop has people; a guard against a file that is something else. */
const maxLines = 20_000

/**
 * `file` is how problems call it. Empty lines and lines that begin with # are passed over. Of what a Secret holds no
 * problem says a word: a status is read by more people, and the wrong key of a Secret is soon named.
 */
export function parseRoster(text: string, file: string, isSecret = false): RosterText {
  const refuse = (message: string, fix: string): RosterText => ({
    people: [],
    problems: [{ code: 'WO-1131', message, where: file, fix }],
  })
  let rows: readonly Row[]
  try {
    rows = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      delimiter: [',', ';', '\t'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to_line: maxLines,
      trim: true,
    }) as unknown as readonly Row[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const why = isSecret ? '' : `: ${error.message}`
    return refuse(`the file is not a list of addresses or a CSV${why}`, 'mend the line that is named')
  }
  const header = (rows[0]?.record ?? []).map((cell) => cell.toLowerCase())
  const hasHeader = !header.some((cell) => address.test(cell))
  const emailAt = hasHeader ? header.findIndex((cell) => ['email', 'e-mail', 'mail'].includes(cell)) : 0
  if (rows.length === 0) return refuse('the file names nobody', 'write one address a line')
  if (emailAt < 0) return refuse('the file has no email column', 'name one column of the first line email')
  const nameAt = hasHeader ? header.indexOf('name') : -1

  const people = (hasHeader ? rows.slice(1) : rows).map(({ record, info }) => ({
    email: record[emailAt] ?? '',
    name: nameAt < 0 ? '' : (record[nameAt] ?? ''),
    line: info.lines,
  }))
  if (people.length === 0) return refuse('the file names nobody', 'write one address a line')
  return { people, problems: [...wrongAddresses(people, file, isSecret), ...namedTwice(people, file, isSecret)] }
}

function wrongAddresses(people: readonly RosterPerson[], file: string, isSecret: boolean): readonly Problem[] {
  return people
    .filter(({ email }) => !address.test(email))
    .map(({ email, line }) => ({
      code: 'WO-1131',
      message: `${email === '' ? 'an empty cell' : isSecret ? `line ${line}` : email.slice(0, 60)} is not an e-mail address`,
      where: file,
      lines: [line],
      fix: 'write one e-mail address, such as ada@example.com',
    }))
}

function namedTwice(people: readonly RosterPerson[], file: string, isSecret: boolean): readonly Problem[] {
  const first = new Map<string, RosterPerson>()
  return people.flatMap((person): readonly Problem[] => {
    const before = first.get(personKey(person.email))
    if (before === undefined) first.set(personKey(person.email), person)
    if (before === undefined || person.email === '') return []
    const [one, other] = isSecret ? [`line ${before.line}`, `line ${person.line}`] : [before.email, person.email]
    const message = `${one} and ${other} are one person`
    return [{ code: 'WO-1130', message, where: file, lines: [before.line, person.line], fix: 'remove one' }]
  })
}
