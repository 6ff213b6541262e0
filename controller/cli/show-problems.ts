/** Problems for people: code, where, what; then the line and what to do. Pure. */
import { errorTable, type Problem } from '@workshop/contracts/errors'
import { oneLine } from '../loop/one-line.ts'
import { count, pad } from './columns.ts'
import type { Paint } from './terminal.ts'

/** Longest piece of the file that is shown beside its line number. */
const maxSource = 24

/** The problems of one file. `text` is what the file holds, for the line that is shown. */
export function showFileProblems(file: string, text: string, problems: readonly Problem[], paint: Paint): string {
  return `${paint.bold(file)}: ${count(problems.length, 'problem')}\n\n${showProblems(problems, paint, text)}`
}

/** Problems without a headline, two lines each. */
export function showProblems(problems: readonly Problem[], paint: Paint, text = ''): string {
  const rows = problems.map((problem) => ({
    code: problem.code,
    where: oneLine(problem.where ?? ''),
    line: oneLine(lineText(problem, text)),
    message: harmless(problem.message),
    fix: harmless(problem.fix ?? errorTable[problem.code].fix),
  }))
  const width = Math.max(0, ...rows.flatMap(({ where, line }) => [where.length, line.length])) + 3
  const code = (word: string) => paint.bad(pad(word, 9))
  const below = (indent: number, text: string) => text.replaceAll('\n', `\n${' '.repeat(indent)}`)
  return rows
    .map(({ code: word, where, line, message, fix }) =>
      width > 3
        ? `  ${code(word)}${pad(where, width)}${below(11 + width, message)}\n  ${' '.repeat(9)}${paint.dim(pad(line, width))}${fix}\n`
        : `  ${code(word)}${below(11, message)}\n  ${' '.repeat(9)}${fix}\n`,
    )
    .join('')
}

/** Several lines, none of which acts on the terminal. */
const harmless = (text: string) => text.split('\n').map(oneLine).join('\n')

function lineText({ lines = [], where = '' }: Problem, text: string): string {
  if (lines.length > 1) return `lines ${lines.join(', ')}`
  const [number] = lines
  if (number === undefined) return ''
  const source = text.split('\n')[number - 1]?.trim() ?? ''
  // A misplaced secret must not reach a screen or a build log.
  const isSecretPlace = where.startsWith('spec.credentials') || /\b(dapi|dose|dkea)[0-9a-f]/i.test(source)
  return source === '' || source.length > maxSource || isSecretPlace ? `line ${number}` : `line ${number}: ${source}`
}
