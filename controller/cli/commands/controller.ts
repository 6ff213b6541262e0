/** `workshop controller`: the loop over its sources with fleet API and control room, until stopped. */
import { parseDuration } from '@workshop/contracts/duration'
import { WorkshopError } from '@workshop/contracts/errors'
import type { ClusterOptions } from '../../loop/options.ts'
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
  readonly host: string
  readonly port: number
  readonly allowedHost?: readonly string[]
  readonly operators?: readonly string[]
  readonly interval: string
}

function clusterOptions(flags: ControllerFlags): ClusterOptions {
  const names = list(flags.defaultCredentialsNamespaces)
  return {
    kubeconfig: flags.kubeconfig,
    namespace: flags.namespace,
    allowedHosts: list(flags.allowedHosts),
    defaultNamespaces: names?.includes('*') ? 'all' : names,
  }
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
  const { config, terminal } = context
  const intervalMs = parseDuration(flags.interval)
  if (intervalMs === undefined || intervalMs < 1000) {
    throw new WorkshopError({
      code: 'WO-9001',
      message: `--interval ${flags.interval} is not a duration of 1s or more`,
    })
  }
  const sources = (flags.source ?? ['.']).map(sourceUri)
  const loop = createController({
    ...(await loopOptions(context)),
    sources,
    intervalMs,
    cluster: clusterOptions(flags),
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
  })
  try {
    // A cluster that cannot be reached may keep the start waiting: Ctrl-C ends it all the same.
    await Promise.race([loop.start(), untilStopped(context.stopped)])
    const address = inApp ? 'open the app as one of the --operators' : api.controlRoomUrl
    terminal.out.write(`controller runs · ${sources.join(', ')}\ncontrol room  ${address}\n`)
    await untilStopped(context.stopped)
  } finally {
    unsubscribe()
    await Promise.all([api.close(), loop.stop()])
  }
  terminal.err.write('Stopped. Every fleet stays as it is and goes on serving its participants.\n')
  return 0
}
