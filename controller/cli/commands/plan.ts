/** `workshop plan`: what would be done and why. Changes nothing. */

import type { PlanReport } from '../../loop/options.ts'
import { clockTime } from '../clock-time.ts'
import { count } from '../columns.ts'
import type { CommandContext, ExitCode } from '../command-context.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { onceOptions } from '../once-options.ts'
import { printResult } from '../print-result.ts'
import { requireInput } from '../read-input.ts'
import { hasChanges, showPlan } from '../show-plan.ts'

export interface PlanFlags {
  readonly file: string
  /** 0 no change, 2 changes, 1 error, for scripts. */
  readonly detailedExitcode?: boolean
}

export async function plan(
  context: CommandContext,
  flags: PlanFlags,
  { planOnce }: Pick<LoopPrograms, 'planOnce'>,
): Promise<ExitCode> {
  await requireInput(flags.file)
  const report = await planOnce(await onceOptions(context, flags.file))
  const { paint } = context.terminal.out
  printResult(context, report, () => `${planHeadline(report)}\n\n${showPlan(report.plan, paint)}`)
  if (report.plan.blockers.length > 0) return 1
  return flags.detailedExitcode && hasChanges(report.plan) ? 2 : 0
}

/** `lakehouse-day on acme.cloud.databricks.com as op@example.com · observed 14:18:02, 3 calls` */
export function planHeadline({ name, workspace, observedAt, calls }: PlanReport): string {
  const host = workspace.host.replace(/^https?:\/\//, '')
  return `${name} on ${host} as ${workspace.user} · observed ${clockTime(observedAt)}, ${count(calls, 'call')}`
}
