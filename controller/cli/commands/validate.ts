/** `workshop validate`: checks a spec file and what it names, without a workspace. */
import type { CommandContext, ExitCode } from '../command-context.ts'
import { printResult } from '../print-result.ts'
import { readInput } from '../read-input.ts'
import { showFileProblems } from '../show-problems.ts'
import { summary } from '../spec-file.ts'

/** Exit 0 when the spec can be used, 2 when not. */
export async function validate(context: CommandContext, path: string): Promise<ExitCode> {
  const { text, workshop, problems, people } = await readInput(path)
  const { paint } = context.terminal.out
  const isValid = workshop !== undefined && problems.length === 0
  printResult(context, { file: path, valid: isValid, problems }, () =>
    isValid
      ? `${paint.bold(path)}: ${paint.good('as it should be')} · ${summary(workshop, people.length)}\n`
      : showFileProblems(path, text, problems, paint),
  )
  return isValid ? 0 : 2
}
