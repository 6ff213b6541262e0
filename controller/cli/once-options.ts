/** What the one-shot commands hand to the loop. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { LoopOptions, OnceOptions } from '../loop/options.ts'
import type { CommandContext } from './command-context.ts'
import { packagePath } from './package-path.ts'

/** Options that every use of the loop shares. Warnings and errors of the loop go to standard error as one line each. */
export async function loopOptions(context: CommandContext): Promise<LoopOptions> {
  const { config, terminal, now } = context
  const profilePath = config.env['DATABRICKS_CONFIG_FILE'] || join(config.env['HOME'] || homedir(), '.databrickscfg')
  return {
    controllerId: config.controllerId,
    stateDir: config.stateDir,
    env: config.env,
    profileFile: await readFile(profilePath, 'utf8').catch(() => undefined),
    workerBundle: packagePath('dist', 'worker'),
    now,
    log: (level, message) => {
      if (level !== 'info') terminal.err.write(`  ${message}\n`)
    },
  }
}

export async function onceOptions(
  context: CommandContext,
  specFile: string,
  onView?: (view: WorkshopView) => void,
): Promise<OnceOptions> {
  return {
    ...(await loopOptions(context)),
    specFile,
    signal: context.stopped,
    ...(onView === undefined ? {} : { onView }),
  }
}
