/** What commands need of the loop. Tests hand in their own. */
import type { Controller } from '../loop/controller.ts'
import type { ApplyReport, ControllerOptions, OnceOptions, PlanReport } from '../loop/options.ts'

export interface LoopPrograms {
  readonly createController: (options: ControllerOptions) => Controller
  readonly planOnce: (options: OnceOptions) => Promise<PlanReport>
  readonly applyOnce: (options: OnceOptions & { readonly wait: boolean }) => Promise<ApplyReport>
  /** What `destroyOnce` would do. */
  readonly destroyPlanOnce: (options: OnceOptions) => Promise<PlanReport>
  readonly destroyOnce: (options: OnceOptions) => Promise<ApplyReport>
}
