/** `workshop apply`: makes one spec true, once. */
import { showDuration } from '@workshop/contracts/duration'
import type { ApplyReport } from '../../loop/options.ts'
import { count } from '../columns.ts'
import type { CommandContext, ExitCode } from '../command-context.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { onceOptions } from '../once-options.ts'
import { printResult } from '../print-result.ts'
import { Progress } from '../progress.ts'
import { requireInput } from '../read-input.ts'
import { hasChanges, showPlan } from '../show-plan.ts'
import { showProblems } from '../show-problems.ts'
import { headline } from '../show-status.ts'
import type { Paint } from '../terminal.ts'
import { planHeadline } from './plan.ts'

export interface ApplyFlags {
  readonly file: string
  /** Until every app is ready, rather than until every action was taken. */
  readonly wait?: boolean
}

/** Exit 0 when everything that was tried succeeded, 1 when not. */
export async function apply(
  context: CommandContext,
  flags: ApplyFlags,
  { applyOnce }: Pick<LoopPrograms, 'applyOnce'>,
): Promise<ExitCode> {
  await requireInput(flags.file)
  const startedAt = context.now()
  const progress = new Progress(context.terminal.err, context.now)
  let report: ApplyReport
  try {
    const options = await onceOptions(context, flags.file, (view) => progress.show(view))
    report = await applyOnce({ ...options, wait: flags.wait === true })
  } finally {
    progress.close()
  }
  const { paint } = context.terminal.out
  printResult(context, report, () => `${applyText(report, paint, context.now() - startedAt)}`)
  if (context.stopped.aborted) {
    context.terminal.err.write(
      'Stopped. What was made stays; workshop apply goes on from there, workshop destroy takes it away.\n',
    )
  }
  return failures(report).length > 0 || report.plan.blockers.length > 0 || context.stopped.aborted ? 1 : 0
}

function applyText(report: ApplyReport, paint: Paint, tookMs: number): string {
  const { plan, view } = report
  if (plan.blockers.length > 0) return `${planHeadline(report)}\n\n${showPlan(plan, paint)}`
  const failed = failures(report)
  const done = report.results.filter(({ outcome }) => outcome === 'done').length
  const tally = hasChanges(plan)
    ? `${count(done, 'step')} done, ${failed.length} failed, in ${showDuration(tookMs)}`
    : 'Nothing to do; everything is as wanted.'
  const address = view.status.url ? `\n\n  workshop      ${view.status.url}` : ''
  const problems = failed.length > 0 ? `\n\n${showProblems(failed, paint).trimEnd()}` : ''
  return `\n${tally}\n${paint.bold(report.name)}   ${headline(view, paint)}${address}${problems}\n`
}

function failures({ results }: ApplyReport) {
  return results.flatMap(({ key, outcome, problem }) => {
    if (outcome !== 'failed') return []
    return [problem ?? ({ code: 'WO-9099', message: 'failed without saying why', where: key } as const)]
  })
}
