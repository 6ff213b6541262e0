/** Starts the parts of the embedded run in order and stops them in the opposite one. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Controller } from '../../loop/controller.ts'
import type { CommandContext } from '../command-context.ts'
import { newToken } from '../commands/emulator.ts'
import { type EmulatorProcess, startEmulator } from '../emulator-process.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { loopOptions } from '../once-options.ts'
import { type ServedApi, serveApi } from '../serve-api.ts'
import { within } from '../until-stopped.ts'
import { rosterSync } from './roster-sync.ts'

export interface LocalStart {
  readonly specFile: string
  readonly port: number
  readonly controlPort: number
  readonly profile: 'instant' | 'realistic'
  readonly createController: LoopPrograms['createController']
}

export interface LocalRun {
  readonly emulator: EmulatorProcess
  readonly controller: Controller
  readonly api: ServedApi
  /** Personal access token of the emulator's admin, and bearer of the fleet API. */
  readonly token: string
  /** Takes everything down; at most about 20 s. */
  readonly stop: () => Promise<void>
}

/** Who the emulated workspace's admin is. */
const operator = 'operator@example.com'
/** The controller need not finish anything: what it was doing is about to go. */
const controllerPatienceMs = 1500

/** Whatever was started is stopped again when a later part cannot start. */
export async function startLocal(context: CommandContext, start: LocalStart): Promise<LocalRun> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const token = newToken()
    const adminClient = { id: randomUUID(), secret: `dose${randomBytes(16).toString('hex')}` }
    const { stateDir, remove } = await stateFolder(context)
    undo.push(remove)
    const emulator = await startEmulator({
      port: start.port,
      token,
      profile: start.profile,
      adminClient,
      adminEmail: operator,
      portOption: '--port',
    })
    undo.push(() => emulator.stop())

    const roster = rosterSync(start.specFile, emulator.url)
    await roster.once()
    const watching = new AbortController()
    roster.watch(watching.signal)
    undo.push(async () => watching.abort())

    const controller = start.createController({
      ...(await loopOptions(context)),
      stateDir,
      sources: [`dir:${start.specFile}`],
      login: {
        host: emulator.url,
        credentials: { kind: 'm2m', clientId: adminClient.id, clientSecret: adminClient.secret },
      },
    })
    undo.push(() => within(controllerPatienceMs, controller.stop()))
    const api = await serveApi(context, controller, {
      host: '127.0.0.1',
      port: start.controlPort,
      portOption: '--control-port',
      stateDir,
      furtherKeys: [token],
    })
    undo.push(() => api.close())
    await controller.start()
    return { emulator, controller, api, token, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The folder that was asked for, kept; or one of this run, removed at its end. */
async function stateFolder({ config }: CommandContext) {
  if (config.stateDirIsChosen) {
    await mkdir(config.stateDir, { recursive: true, mode: 0o700 })
    return { stateDir: config.stateDir, remove: async () => {} }
  }
  const stateDir = await mkdtemp(join(tmpdir(), 'workshop-local-'))
  return { stateDir, remove: () => rm(stateDir, { recursive: true, force: true }) }
}
