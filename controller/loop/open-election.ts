/** The election that the options ask for, if any. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { systemClock } from '../databricks/client/clock.ts'
import { Election } from '../leader/election.ts'
import type { SourceContext } from './open-source.ts'

export function openElection({ options, tuning, connection }: SourceContext): Election | undefined {
  const { lease, namespace } = options.cluster ?? {}
  if (!lease || !options.sources.includes('kubernetes')) return undefined
  const suffix = options.controllerId === 'default' ? '' : `-${options.controllerId.toLowerCase()}`
  return new Election({
    connection,
    namespace,
    name: `workshop-operator${suffix}`,
    identity: `${hostname()}_${randomUUID()}`,
    times: lease,
    clock: tuning.clock ?? systemClock,
    monotonic: tuning.monotonic ?? (() => performance.now()),
    random: tuning.random ?? Math.random,
    log: options.log,
  })
}
