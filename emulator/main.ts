/** `emulator`: the emulator as a program of its own. Prints one line of JSON when it is ready. */
import { writeSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { realClock, virtualClock } from './clock.ts'
import type { Profile } from './durations.ts'
import { type EmulatorOptions, startEmulator } from './server.ts'
import { type AdminClient, type Person, readRosterList } from './workspace/seed.ts'

interface Flags {
  readonly port: string
  readonly token: string
  readonly profile: Profile
  readonly clock: 'real' | 'virtual'
  readonly stateDir?: string
  readonly users?: string
  readonly adminEmail?: string
  readonly adminClient?: string
  readonly readyFd: string
  readonly exitWithParent?: boolean
}

const program = new Command('emulator')
  .description('A Databricks workspace on loopback: REST APIs, and apps as child processes.')
  .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', '0')
  // Everybody on a machine can read command lines; whoever starts this as a child passes secrets by environment.
  .addOption(
    new Option('--token <token>', 'personal access token of the workspace admin')
      .env('EMULATOR_TOKEN')
      .makeOptionMandatory(),
  )
  .addOption(
    new Option('--profile <name>', 'how long things take').choices(['instant', 'realistic']).default('instant'),
  )
  .addOption(new Option('--clock <kind>', 'virtual: moves by POST only').choices(['real', 'virtual']).default('real'))
  .option('--state-dir <folder>', 'where deployments lie; default a temporary folder')
  .option('--users <list>', 'a file or a list: a@x.org, Bob Builder <b@x.org>')
  .option('--admin-email <address>', 'who the admin is')
  .addOption(
    new Option('--admin-client <id:secret>', 'a service principal with admin rights').env('EMULATOR_ADMIN_CLIENT'),
  )
  .option('--ready-fd <number>', 'where the ready line goes', '1')
  .option('--exit-with-parent', 'end when standard input or the IPC channel closes')
  .action((flags: Flags) => {
    for (const name of ['EMULATOR_TOKEN', 'EMULATOR_ADMIN_CLIENT']) delete process.env[name]
    return run(flags)
  })

/** A file of people, one a line, or the list itself. */
async function people(source: string): Promise<readonly Person[]> {
  const isFile = await stat(source).then(
    (found) => found.isFile(),
    () => false,
  )
  return readRosterList(isFile ? await readFile(source, 'utf8') : source)
}

function clientOf(text: string): AdminClient {
  const cut = text.indexOf(':')
  if (cut < 1) throw new Error('--admin-client must be written as id:secret')
  return { id: text.slice(0, cut), secret: text.slice(cut + 1) }
}

async function optionsOf(flags: Flags): Promise<EmulatorOptions> {
  const port = Number(flags.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port must be a number from 0 to 65535')
  return {
    port,
    token: flags.token,
    profile: flags.profile,
    clock: flags.clock === 'virtual' ? virtualClock() : realClock(),
    ...(flags.stateDir === undefined ? {} : { stateDir: flags.stateDir }),
    ...(flags.users === undefined ? {} : { users: await people(flags.users) }),
    ...(flags.adminEmail === undefined ? {} : { adminEmail: flags.adminEmail }),
    ...(flags.adminClient === undefined ? {} : { adminClient: clientOf(flags.adminClient) }),
  }
}

async function run(flags: Flags): Promise<void> {
  const emulator = await startEmulator(await optionsOf(flags))
  writeSync(Number(flags.readyFd), `${JSON.stringify({ ready: true, url: emulator.url, port: emulator.port })}\n`)
  let closing = false
  const end = () => {
    if (closing) return
    closing = true
    void emulator.close().finally(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  if (!flags.exitWithParent) return
  process.on('disconnect', end)
  if (process.send === undefined) {
    process.stdin.on('end', end)
    process.stdin.on('error', end)
    process.stdin.resume()
  }
}

program.parseAsync().catch((error: unknown) => {
  const { code, message } = error as { code?: string; message?: string }
  const words = code === 'EADDRINUSE' ? 'the port is taken; choose another with --port' : (message ?? String(error))
  process.stderr.write(`emulator: ${words}\n`)
  process.exit(1)
})
