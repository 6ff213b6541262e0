/** `workshop`: every command with its flags and help. What commands do lies in commands/, one file each. */
import { Command, CommanderError, Option } from 'commander'
import type { ControllerConfig } from '../config.ts'
import type { CommandContext, ExitCode, OutputFormat } from './command-context.ts'
import { examples, portNumber, usageError, wholeNumber } from './flag-values.ts'
import type { LoopPrograms } from './loop-programs.ts'
import { exitCodeOf, showError } from './show-error.ts'
import type { Terminal } from './terminal.ts'

/** What a command line runs in; tests hand in their own. */
export interface CommandWorld {
  readonly config: ControllerConfig
  /** `colour: false` when --no-color was given. */
  readonly terminal: (colour: boolean) => Terminal
  readonly now: () => number
  readonly stopped: AbortSignal
  /** Loaded when a command needs it: most do not. */
  readonly loop: () => Promise<LoopPrograms>
}

interface GlobalFlags {
  readonly output: OutputFormat
  readonly stateDir?: string
  readonly color: boolean
}

/** Runs one command line (without node and script) and answers its exit code. Prints errors itself. */
export async function runCommandLine(args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  let terminal = world.terminal(world.config.colour)
  let exitCode: ExitCode = 0
  const program = new Command('workshop')
  const run = (command: (context: CommandContext) => Promise<ExitCode>) => async () => {
    const { output, stateDir, color } = program.opts<GlobalFlags>()
    terminal = world.terminal(world.config.colour && color)
    const config = stateDir === undefined ? world.config : { ...world.config, stateDir, stateDirIsChosen: true }
    exitCode = await command({ terminal, config, output, now: world.now, stopped: world.stopped })
  }

  program
    .description('Coding-agent workshops on Databricks, kept true.')
    .addOption(
      new Option('--output <format>', 'how results are printed').choices(['text', 'json', 'yaml']).default('text'),
    )
    .option('--state-dir <folder>', 'where status and history are kept (WORKSHOP_STATE_DIR)')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .version('0.1.0')
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: () => {} })
    .exitOverride()
    .showHelpAfterError(false)
  addSpecCommands(program, run, world)
  addRunningCommands(program, run)
  addProgramCommands(program, run, world)
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 bad input or usage.\nErrors: docs/reference/errors.md',
  )

  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const shown = error instanceof CommanderError ? usageError(error) : error
    terminal.err.write(showError(shown, terminal.err.paint))
    return exitCodeOf(shown)
  }
}

type Run = (command: (context: CommandContext) => Promise<ExitCode>) => () => Promise<void>

function addSpecCommands(program: Command, run: Run, world: CommandWorld): void {
  const fileOption = () => new Option('-f, --file <spec>', 'the spec file').makeOptionMandatory()

  const init = program
    .command('init')
    .description('write a spec from a few flags')
    .requiredOption('--prefix <name>', 'name of the workshop and first part of every app name')
    .option('--workers <number>', 'worker apps', wholeNumber, 1)
    .option('--per-user <number>', 'sessions that one person may have', wholeNumber)
    .option('--users <roster>', 'roster file; roster.csv when there is one')
    .option('--user <address...>', 'addresses, instead of or beside a roster file')
    .option('--token <token>', 'model token; kept in a file of its own, readable by you alone')
    .option('--url <address>', 'git repository that the workers are deployed from; default: origin of this folder')
    .option('--branch <name>', 'branch of that repository')
    .option('--file <spec>', 'what to write; default <prefix>.workshop.yaml')
    .option('--force', 'overwrite what is there')
    .addHelpText('after', examples('workshop init --prefix vibe --workers 10 --users roster.csv'))
  init.action(() => run(async (context) => (await import('./commands/init.ts')).init(context, init.opts()))())

  const validate = program
    .command('validate')
    .description('check a spec and the files it names; no workspace needed')
    .addOption(fileOption())
    .addHelpText(
      'after',
      examples('workshop validate -f day.workshop.yaml', 'workshop validate -f day.workshop.yaml --output json'),
    )
  validate.action(() =>
    run(async (context) =>
      (await import('./commands/validate.ts')).validate(context, validate.opts<{ file: string }>().file),
    )(),
  )

  const plan = program
    .command('plan')
    .description('show what would be done and why; changes nothing')
    .addOption(fileOption())
    .option('--detailed-exitcode', '0 no change, 2 changes, 1 error')
    .addHelpText('after', examples('workshop plan -f day.workshop.yaml'))
  plan.action(() =>
    run(async (context) => (await import('./commands/plan.ts')).plan(context, plan.opts(), await world.loop()))(),
  )

  const apply = program
    .command('apply')
    .description('make a spec true, once')
    .addOption(fileOption())
    .option('--wait', 'until every app is ready')
    .addHelpText('after', examples('workshop apply -f day.workshop.yaml --wait'))
  apply.action(() =>
    run(async (context) => (await import('./commands/apply.ts')).apply(context, apply.opts(), await world.loop()))(),
  )

  const destroy = program
    .command('destroy')
    .description('take a workshop away; says what goes and asks')
    .addOption(fileOption())
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('workshop destroy -f day.workshop.yaml'))
  destroy.action(() =>
    run(async (context) =>
      (await import('./commands/destroy.ts')).destroy(context, destroy.opts(), await world.loop()),
    )(),
  )
}

function addRunningCommands(program: Command, run: Run): void {
  const commands = () => import('./commands/status.ts')
  const status = program
    .command('status')
    .argument('[name]', 'one Workshop; all of them unless given')
    .description('what a running controller knows')
    .option('--watch', 'go on until Ctrl-C')
    .addHelpText('after', examples('workshop status', 'workshop status lakehouse-day --watch'))
  status.action((name: string | undefined) =>
    run(async (context) =>
      (await commands()).status(context, { ...status.opts(), ...(name === undefined ? {} : { name }) }),
    )(),
  )
  const named = (
    command: string,
    description: string,
    act: (context: CommandContext, name: string) => Promise<ExitCode>,
  ) =>
    program
      .command(command)
      .argument('<name>', 'the Workshop, as name or namespace/name')
      .description(description)
      .addHelpText('after', examples(`workshop ${command} lakehouse-day`))
      .action((name: string) => run((context) => act(context, name))())
  const room = program
    .command('room')
    .argument('<name>', 'the Workshop, as name or namespace/name')
    .description('show or change what everybody in the room is told')
    .option('--announce <text>', 'one message for everybody')
    .option('--warning', 'the message cannot be dismissed')
    .option('--closes-at <time>', '17:30, or a whole time with its offset; from then on no session is opened')
    .option('--clear', 'take back what was said before')
    .addHelpText(
      'after',
      examples(
        'workshop room lakehouse-day --announce "Lunch is served"',
        'workshop room lakehouse-day --closes-at 18:00',
      ),
    )
  room.action((name: string) =>
    run(async (context) => (await import('./commands/room.ts')).room(context, name, room.opts()))(),
  )
  named('reconcile', 'look now, deeply', async (context, name) => (await commands()).reconcile(context, name))
  named('confirm-removal', 'take down a Workshop whose spec is gone from git and that waits', async (context, name) =>
    (await commands()).confirmRemoval(context, name),
  )
  named('suspend', 'stop acting; keep everything as it is', async (context, name) =>
    (await commands()).suspend(context, name, true),
  )
  named('resume', 'act again', async (context, name) => (await commands()).suspend(context, name, false))
}

function addProgramCommands(program: Command, run: Run, world: CommandWorld): void {
  const profile = () =>
    new Option('--profile <name>', 'how long the emulated platform takes')
      .choices(['instant', 'realistic'])
      .default('instant')

  const local = program
    .command('local')
    .argument('[spec]', 'the spec to run and watch', 'examples/first.workshop.yaml')
    .description('run everything on this machine, with Databricks emulated')
    .option('--port <number>', 'port of the emulated workspace and its apps', portNumber, 8090)
    .option('--control-port <number>', 'port of the control room', portNumber, 8091)
    .option('--ready-file <path>', 'written with addresses and token once everything is ready')
    .addOption(profile())
    .option('--no-open', 'do not open a browser')
    .addHelpText(
      'after',
      examples('npm start', 'npm start -- examples/lakehouse-day.workshop.yaml --ready-file ready.json'),
    )
  local.action((spec: string) =>
    run(async (context) =>
      (await import('./commands/local.ts')).local(context, { ...local.opts(), spec }, await world.loop()),
    )(),
  )

  const controller = program
    .command('controller')
    .description('keep Workshops true until stopped')
    .option(
      '--source <uri...>',
      'dir:PATH or git:URL#ref:path, a folder or one spec file, or kubernetes; default dir:.',
    )
    .option('--kubeconfig <file>', 'for kubernetes; default KUBECONFIG, the pod itself or ~/.kube/config')
    .option('--namespace <name>', 'for kubernetes: only Workshops of this namespace')
    .option(
      '--allowed-hosts <host...>',
      'for kubernetes: workspaces that Secrets may name; .example.com stands for all below; default the domains of Databricks',
    )
    .option(
      '--default-credentials-namespaces <name...>',
      "for kubernetes: namespaces that may use the controller's own credentials, * for all; default the pod's own, or all outside a pod",
    )
    .addOption(
      new Option(
        '--leader-elect [yes]',
        'for kubernetes: of several controllers only the one that holds the Lease acts',
      ).choices(['true', 'false']),
    )
    .option('--leader-elect-lease-duration <duration>', 'when others take over', '15s')
    .option('--leader-elect-renew-deadline <duration>', 'when the leader gives up; shorter', '10s')
    .option('--leader-elect-retry-period <duration>', 'between two tries', '2s')
    .option('--host <address>', 'where the fleet API listens', '127.0.0.1')
    .option('--port <number>', 'port of the fleet API and control room', portNumber, 8091)
    .option(
      '--allowed-host <name...>',
      'further names that the fleet API may be called by; .example.com stands for all below',
    )
    .option(
      '--operators <address...>',
      'people whom the proxy in front of it may vouch for (Databricks Apps); commas are fine',
    )
    .option('--interval <duration>', 'time between two looks', '30s')
  addServerOptions(controller).addHelpText(
    'after',
    examples(
      'workshop controller --source dir:workshops',
      'workshop controller --source git:https://github.com/acme/workshops#main:events',
      'workshop controller --source kubernetes',
    ),
  )
  controller.action(() =>
    run(async (context) =>
      (await import('./commands/controller.ts')).controller(context, controller.opts(), await world.loop()),
    )(),
  )

  const emulator = program
    .command('emulator')
    .description('run the Databricks emulator alone')
    .option('--port <number>', 'port on 127.0.0.1', portNumber, 8090)
    .option('--token <token>', 'token of the workspace admin; a new one unless given')
    .addOption(profile())
    .addHelpText('after', examples('workshop emulator --port 8099 --token dapi-test --profile realistic'))
  emulator.action(() =>
    run(async (context) => (await import('./commands/emulator.ts')).emulator(context, emulator.opts()))(),
  )
}

function addServerOptions(command: Command): Command {
  return command
    .option(
      '--metrics-bind-address <address>',
      'where /metrics is served without key, such as :8080; 0 is nowhere',
      '0',
    )
    .option('--health-probe-bind-address <address>', 'where /healthz and /readyz are served, such as :8081', '0')
    .option('--git-interval <duration>', 'time between two looks at a git source, at least 10s', '60s')
    .option('--git-timeout <duration>', 'how long one git command may take', '60s')
    .option(
      '--verify-commits [allowed-signers]',
      'take signed commits only: of the keys that git knows, or of this file',
    )
    .option('--no-prune', 'never take a Workshop down because its spec is gone from git')
    .option('--git-allow-env <name...>', 'variables that specs from git may name')
    .option('--git-allow-profile <name...>', 'Databricks profiles that specs from git may name')
    .option('--webhook-secret-file <path>', 'secret of POST /hooks/git, which makes git sources look at once')
}
