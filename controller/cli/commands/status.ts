/** `workshop status`, `reconcile`, `suspend`, `resume`: what a running controller knows, and orders to it. */
import { setTimeout as wait } from 'node:timers/promises'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { printResult } from '../print-result.ts'
import { findController, pick } from '../running-controller.ts'
import { showStatus, showStatusList } from '../show-status.ts'

/** How often --watch asks. */
const watchMs = 2000

export interface StatusFlags {
  readonly name?: string
  /** Go on until Ctrl-C. */
  readonly watch?: boolean
}

/** Exit 0 when what was asked for is Ready, 1 when it is not. */
export async function status(context: CommandContext, flags: StatusFlags): Promise<ExitCode> {
  const controller = await findController(context.config.stateDir)
  const { out } = context.terminal
  for (;;) {
    const views = await controller.workshops()
    const shown = flags.name === undefined ? views : [pick(views, flags.name)]
    if (flags.watch && out.isTty && context.output === 'text') out.write('\u001B[2J\u001B[H')
    printResult(context, flags.name === undefined ? shown : shown[0], () =>
      shown.length === 1 && shown[0] ? showStatus(shown[0], out.paint) : showStatusList(shown, out.paint),
    )
    const allReady = shown.every(({ conditions }) =>
      conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    if (!flags.watch || context.stopped.aborted) return allReady ? 0 : 1
    await wait(watchMs, undefined, { signal: context.stopped }).catch(() => {})
    if (context.stopped.aborted) return allReady ? 0 : 1
  }
}

/** Asks for a deep look now. */
export async function reconcile(context: CommandContext, name: string): Promise<ExitCode> {
  const controller = await findController(context.config.stateDir)
  const view = pick(await controller.workshops(), name)
  await controller.reconcile(view)
  printResult(
    context,
    { namespace: view.namespace, name: view.name, requested: true },
    () => `${view.name}: looking now\n`,
  )
  return 0
}

/** Lets a Workshop go whose spec is gone from git and whose removal waits. Throws WO-1176 when none waits. */
export async function confirmRemoval(context: CommandContext, name: string): Promise<ExitCode> {
  const controller = await findController(context.config.stateDir)
  const view = pick(await controller.workshops(), name)
  await controller.confirmRemoval(view)
  const { namespace, name: found } = view
  printResult(context, { namespace, name: found, removal: 'confirmed' }, () => `${found}: being taken down\n`)
  return 0
}

/** Stops or starts acting on one Workshop; looking goes on. */
export async function suspend(context: CommandContext, name: string, on: boolean): Promise<ExitCode> {
  const controller = await findController(context.config.stateDir)
  const view = pick(await controller.workshops(), name)
  await controller.suspend(view, on)
  printResult(context, { namespace: view.namespace, name: view.name, suspended: on }, () =>
    on
      ? `${view.name}: suspended; everything stays as it is until workshop resume ${view.name}\n`
      : `${view.name}: goes on\n`,
  )
  return 0
}
