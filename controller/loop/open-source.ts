/** The source that a text on the command line names. */
import { WorkshopError } from '@workshop/contracts/errors'
import { parseWorkshop } from '@workshop/contracts/validate'
import { systemClock } from '../databricks/client/clock.ts'
import type { Connection } from '../kubernetes/connection.ts'
import { directorySource } from '../sources/directory.ts'
import { defaultGitPolicy, gitSource } from '../sources/git/git.ts'
import { kubernetesSource } from '../sources/kubernetes/source.ts'
import type { Source } from '../sources/source.ts'
import { databricksHosts } from '../sources/trust.ts'
import type { ControllerOptions } from './options.ts'
import type { Tuning } from './tuning.ts'

export interface SourceContext {
  readonly options: ControllerOptions
  readonly tuning: Tuning
  readonly connection: Connection
}

/** Throws WO-9001 for a kind that nobody knows. Nothing is read before `start`. */
export function openSource(text: string, { options, tuning, connection }: SourceContext): Source {
  const { sourcePollMs, clock } = tuning
  if (text === 'kubernetes') {
    const { namespace, allowedHosts, defaultNamespaces } = options.cluster ?? {}
    return kubernetesSource({
      connection,
      namespace,
      allowedHosts: allowedHosts ?? databricksHosts,
      defaultNamespaces,
      clock: clock ?? systemClock,
      random: tuning.random ?? Math.random,
      log: options.log,
      ...(tuning.watchPace ? { watchPace: tuning.watchPace } : {}),
    })
  }
  if (text.startsWith('git:')) {
    const { git = defaultGitPolicy, stateDir, env } = options
    const policy = sourcePollMs === undefined ? git : { ...git, intervalMs: sourcePollMs }
    const time = { ...(clock ? { clock } : {}), ...(tuning.random ? { random: tuning.random } : {}) }
    return gitSource({ text: text.slice('git:'.length), stateDir, env, parse: parseWorkshop, policy, ...time })
  }
  if (!text.startsWith('dir:')) {
    const fix = 'use dir:PATH, git:URL#ref:path or kubernetes'
    throw new WorkshopError({ code: 'WO-9001', message: 'this kind of source is not known', where: text, fix })
  }
  return directorySource({
    path: text.slice('dir:'.length),
    ...(sourcePollMs === undefined ? {} : { pollMs: sourcePollMs }),
    ...(clock ? { clock } : {}),
  })
}
