/** `workshop controller`: the loop over its sources with fleet API and control room, until stopped. */
import { readFile } from 'node:fs/promises'
import { parseDuration } from '@workshop/contracts/duration'
import { WorkshopError } from '@workshop/contracts/errors'
import { type ProbeServer, parseBindAddress, serveMetrics, serveProbes } from '../../api/probe-server.ts'
import type { LeaseTimes } from '../../leader/election.ts'
import { lockState } from '../../leader/state-lock.ts'
import type { Controller } from '../../loop/controller.ts'
import type { ClusterOptions } from '../../loop/options.ts'
import type { GitPolicy } from '../../sources/git/git.ts'
import { clockTime } from '../clock-time.ts'
import type { CommandContext, ExitCode } from '../command-context.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { loopOptions } from '../once-options.ts'
import { serveApi, sourceUri } from '../serve-api.ts'
import { untilStopped } from '../until-stopped.ts'

export interface ControllerFlags {
  readonly source?: readonly string[]
  readonly kubeconfig?: string
  readonly namespace?: string
  readonly allowedHosts?: readonly string[]
  readonly defaultCredentialsNamespaces?: readonly string[]
  readonly leaderElect?: true | 'true' | 'false'
  readonly leaderElectLeaseDuration: string
  readonly leaderElectRenewDeadline: string
  readonly leaderElectRetryPeriod: string
  readonly host: string
  readonly port: number
  readonly allowedHost?: readonly string[]
  readonly operators?: readonly string[]
  readonly interval: string
  readonly gitInterval?: string
  readonly gitTimeout?: string
  readonly verifyCommits?: string | true
  readonly prune?: boolean
  readonly gitAllowEnv?: readonly string[]
  readonly gitAllowProfile?: readonly string[]
  readonly webhookSecretFile?: string
  readonly metricsBindAddress?: string
  readonly healthProbeBindAddress?: string
}

function clusterOptions(flags: ControllerFlags): ClusterOptions {
  const names = list(flags.defaultCredentialsNamespaces)
  return {
    kubeconfig: flags.kubeconfig,
    namespace: flags.namespace,
    allowedHosts: list(flags.allowedHosts),
    defaultNamespaces: names?.includes('*') ? 'all' : names,
    lease: flags.leaderElect && flags.leaderElect !== 'false' ? leaseTimes(flags) : undefined,
  }
}

/** The order that makes the election safe: others wait longer than the leader believes in itself. */
function leaseTimes(flags: ControllerFlags): LeaseTimes {
  const [leaseMs, renewMs, retryMs] = [
    flags.leaderElectLeaseDuration,
    flags.leaderElectRenewDeadline,
    flags.leaderElectRetryPeriod,
  ].map((text) => parseDuration(text) ?? Number.NaN) as [number, number, number]
  if (leaseMs > renewMs && renewMs > retryMs * 1.2 && retryMs > 0) return { leaseMs, renewMs, retryMs }
  const message = 'the lease duration must be longer than the renew deadline, and that longer than 1.2 retry periods'
  throw new WorkshopError({ code: 'WO-9001', message, where: '--leader-elect' })
}

/** Commas are as good as spaces. */
function list(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.flatMap((value) => value.split(',')).filter(Boolean)
}

/** Exit 0 after Ctrl-C or SIGTERM: the fleet stays as it is. */
export async function controller(
  context: CommandContext,
  flags: ControllerFlags,
  { createController }: Pick<LoopPrograms, 'createController'>,
): Promise<ExitCode> {
  const { config } = context
  const intervalMs = durationOf('--interval', flags.interval, 1_000)
  const webhookSecret = await readWebhookSecret(flags.webhookSecretFile)
  const sources = (flags.source ?? ['.']).map(sourceUri)
  const lost = new AbortController()
  const stopped = AbortSignal.any([context.stopped, lost.signal])
  const lock = await lockState({ stateDir: config.stateDir, onLost: (why) => lost.abort(why) })
  try {
    return await keep(context, flags, { createController, intervalMs, webhookSecret, sources, lost, stopped })
  } finally {
    await lock.release()
  }
}

interface Keeping extends Pick<LoopPrograms, 'createController'> {
  readonly intervalMs: number
  readonly webhookSecret: string | undefined
  readonly sources: readonly string[]
  /** Aborted when somebody else acts now. */
  readonly lost: AbortController
  readonly stopped: AbortSignal
}

async function keep(context: CommandContext, flags: ControllerFlags, keeping: Keeping): Promise<ExitCode> {
  const { config, terminal } = context
  const { createController, intervalMs, webhookSecret, sources, lost, stopped } = keeping
  const loop = createController({
    ...(await loopOptions(context)),
    sources,
    intervalMs,
    git: gitPolicy(flags),
    cluster: { ...clusterOptions(flags), onLost: (why) => lost.abort(why) },
  })
  const say = (at: number, text: string) => terminal.err.write(`${terminal.err.paint.dim(clockTime(at))}  ${text}\n`)
  const unsubscribe = loop.subscribe((event) => {
    if (event.type !== 'activity') return
    const { at, namespace, name, who, text } = event.data
    say(at, `${namespace}/${name}  ${who === 'controller' ? '' : `${who}  `}${text}`)
  })
  // As a Databricks App the platform's proxy is in front, gives the port, and reaches the app from outside its container.
  const inApp = config.appPort !== undefined
  const api = await serveApi(context, loop, {
    host: inApp ? '0.0.0.0' : flags.host,
    port: config.appPort ?? flags.port,
    portOption: '--port',
    stateDir: config.stateDir,
    operators: (flags.operators ?? []).flatMap((addresses) => addresses.split(',')),
    allowedHosts: flags.allowedHost ?? [],
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
  })
  const further = await serveFurther(flags, loop).catch(async (error: unknown) => {
    await api.close()
    throw error
  })
  try {
    // A cluster that cannot be reached may keep the start waiting: Ctrl-C ends it all the same.
    await Promise.race([loop.start(), untilStopped(stopped)])
    const address = inApp ? 'open the app as one of the --operators' : api.controlRoomUrl
    terminal.out.write(`controller runs · ${sources.join(', ')}\ncontrol room  ${address}\n`)
    await untilStopped(stopped)
  } finally {
    unsubscribe()
    await Promise.all([api.close(), ...further.map(({ close }) => close()), loop.stop()])
  }
  if (lost.signal.aborted) {
    terminal.err.write(`This controller does not lead any more: ${lost.signal.reason}. It ends; another one acts.\n`)
    return 1
  }
  terminal.err.write('Stopped. Every fleet stays as it is and goes on serving its participants.\n')
  return 0
}

/** What was opened before one of them fails is closed again. */
async function serveFurther(flags: ControllerFlags, loop: Controller): Promise<readonly ProbeServer[]> {
  const metrics = parseBindAddress(flags.metricsBindAddress ?? '0', '--metrics-bind-address')
  const probes = parseBindAddress(flags.healthProbeBindAddress ?? '0', '--health-probe-bind-address')
  const open = [...(metrics ? [serveMetrics(metrics, loop)] : []), ...(probes ? [serveProbes(probes, loop)] : [])]
  const servers = await Promise.allSettled(open)
  const failed = servers.find((each) => each.status === 'rejected')
  const running = servers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (!failed) return running
  await Promise.all(running.map(({ close }) => close()))
  throw failed.reason
}

/** Below it, a fleet of controllers is a load on the git host and nobody is faster for it. */
const shortestGitIntervalMs = 10_000

function gitPolicy(flags: ControllerFlags): GitPolicy {
  return {
    intervalMs: durationOf('--git-interval', flags.gitInterval ?? '60s', shortestGitIntervalMs),
    timeoutMs: durationOf('--git-timeout', flags.gitTimeout ?? '60s', 1_000),
    ...(flags.verifyCommits === undefined ? {} : { verifyCommits: flags.verifyCommits }),
    prune: flags.prune !== false,
    allowedEnv: flags.gitAllowEnv ?? [],
    allowedProfiles: flags.gitAllowProfile ?? [],
  }
}

function durationOf(flag: string, text: string, leastMs: number): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= leastMs) return ms
  const message = `${flag} ${text} is not a duration of ${leastMs / 1_000}s or more`
  throw new WorkshopError({ code: 'WO-9001', message })
}

/** A short secret can be guessed offline from one push notice. */
const shortestSecret = 16

async function readWebhookSecret(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const secret = (await readFile(file, 'utf8').catch(() => undefined))?.trim()
  if (secret !== undefined && secret.length >= shortestSecret) return secret
  const message =
    secret === undefined ? 'the file cannot be read' : `the secret has fewer than ${shortestSecret} characters`
  throw new WorkshopError({ code: 'WO-9001', message, where: `--webhook-secret-file ${file}` })
}
