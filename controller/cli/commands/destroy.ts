/** `workshop destroy`: says what goes, asks, and takes it away. */
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { Action } from '@workshop/contracts/plan'
import type { PlanReport } from '../../loop/options.ts'
import { count } from '../columns.ts'
import type { CommandContext, ExitCode } from '../command-context.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { onceOptions } from '../once-options.ts'
import { printResult } from '../print-result.ts'
import { Progress } from '../progress.ts'
import { requireInput } from '../read-input.ts'
import { hasChanges, kindWords } from '../show-plan.ts'
import { showProblems } from '../show-problems.ts'

export interface DestroyFlags {
  readonly file: string
  /** Do not ask. */
  readonly yes?: boolean
}

/** Exit 0 when nothing is left, 1 when something could not be deleted or the answer was no, 2 when nobody could be asked. */
export async function destroy(
  context: CommandContext,
  flags: DestroyFlags,
  { destroyPlanOnce, destroyOnce }: Pick<LoopPrograms, 'destroyPlanOnce' | 'destroyOnce'>,
): Promise<ExitCode> {
  await requireInput(flags.file)
  const { terminal } = context
  const before = await destroyPlanOnce(await onceOptions(context, flags.file))
  if (!hasChanges(before.plan)) {
    printResult(context, before, () => `Nothing of ${before.name} is left in ${hostOf(before)}.\n`)
    return 0
  }
  terminal.err.write(`${whatGoes(before)}\n${flags.yes ? '' : '\n'}`)
  if (!flags.yes) {
    const answer = await terminal.ask(`Type the name ${before.name} to go on: `)
    if (answer === undefined) throw new WorkshopError(nobodyToAsk)
    if (answer.trim() !== before.name) {
      terminal.err.write('Not the name; nothing was deleted.\n')
      return 1
    }
  }
  const progress = new Progress(terminal.err, context.now)
  const options = await onceOptions(context, flags.file, (view) => progress.show(view))
  const report = await destroyOnce(options).finally(() => progress.close())
  const failed = report.results.flatMap(({ outcome, problem, key }): readonly Problem[] =>
    outcome === 'failed' ? [problem ?? { code: 'WO-9099', message: 'failed without saying why', where: key }] : [],
  )
  const { paint } = terminal.out
  printResult(context, report, () =>
    failed.length > 0
      ? `Something is left; run workshop destroy again.\n\n${showProblems(failed, paint)}`
      : `${paint.bold(report.name)} is gone from ${hostOf(report)}.\n`,
  )
  return failed.length > 0 || context.stopped.aborted ? 1 : 0
}

const nobodyToAsk: Problem = {
  code: 'WO-9001',
  message: 'there is no terminal to ask on',
  fix: 'add --yes when you are sure',
}

/** `Deletes 11 apps, the secret scope vibe-workshop and 1 token in acme.cloud.databricks.com. 12 sessions are live.` */
export function whatGoes({ plan, sessions, workspace }: PlanReport): string {
  const going = plan.actions.filter(({ action }) => action === 'delete')
  const kinds = [...new Set(going.map(({ kind }) => kind))].filter((kind) => visible.includes(kind))
  const parts = kinds.map((kind) => {
    const ones = going.filter((action) => action.kind === kind)
    const named = kind === 'SecretScope' || kind === 'WorkspaceFolder'
    return named && ones.length === 1
      ? `the ${kindWords[kind][0]} ${ones[0]?.name}`
      : count(ones.length, ...kindWords[kind])
  })
  const live = sessions ? ` ${sessions === 1 ? '1 session is' : `${sessions} sessions are`} live.` : ''
  return `Deletes ${list(parts)} in ${workspace.host.replace(/^https?:\/\//, '')}.${live}`
}

/** What goes with its app or scope is not counted. */
const visible: readonly Action['kind'][] = ['App', 'SecretScope', 'Token', 'WorkspaceFolder']

function list(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? 'nothing')
}

const hostOf = ({ workspace }: PlanReport) => workspace.host.replace(/^https?:\/\//, '')
