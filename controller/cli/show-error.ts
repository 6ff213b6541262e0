/** Errors for people, and the exit code that belongs to them. */
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { ExitCode } from './command-context.ts'
import { showProblems } from './show-problems.ts'
import type { Paint } from './terminal.ts'

/** Text for standard error. What was not foreseen keeps its stack: it is what has to be reported. */
export function showError(error: unknown, paint: Paint): string {
  if (error instanceof WorkshopError) return showProblems(error.problems, paint)
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${showProblems([{ code: 'WO-9099', message: 'the program failed in a way that nobody foresaw' }], paint)}\n${stack}\n`
}

/** 2 for what the caller wrote wrong, 1 for everything else. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof WorkshopError)) return 1
  const isInput = ({ code }: Problem) => (code.startsWith('WO-1') && code !== 'WO-1161') || code === 'WO-9001'
  return error.problems.every(isInput) ? 2 : 1
}
