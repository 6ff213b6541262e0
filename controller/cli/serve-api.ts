/** Starts the fleet API over a controller and leaves its address for `workshop status`. */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { isAbsolute } from 'node:path'
import { createApi } from '../api/server.ts'
import type { Controller } from '../loop/controller.ts'
import type { CommandContext } from './command-context.ts'
import { portTaken } from './emulator-process.ts'
import { packagePath } from './package-path.ts'
import { announce, withdraw } from './running-controller.ts'

export interface ApiPlace {
  readonly host: string
  readonly port: number
  /** How the caller's option for the port is called, for messages. */
  readonly portOption: string
  readonly stateDir: string
  /** Bearers that are accepted beside the run key. */
  readonly furtherKeys?: readonly string[]
  readonly operators?: readonly string[]
  readonly allowedHosts?: readonly string[]
  readonly webhookSecret?: string
}

export interface ServedApi {
  /** Without key. */
  readonly url: string
  /** The control room's address with the run key. */
  readonly controlRoomUrl: string
  readonly close: () => Promise<void>
}

/** Throws WO-9002 when the port is taken. */
export async function serveApi(context: CommandContext, controller: Controller, place: ApiPlace): Promise<ServedApi> {
  const key = randomBytes(24).toString('base64url')
  const api = await createApi({
    controller,
    admission: {
      keys: [key, ...(place.furtherKeys ?? [])],
      operators: (place.operators ?? []).map((address) => address.trim().toLowerCase()),
    },
    hosts: place.allowedHosts ?? [],
    consoleDir: packagePath('console', 'dist'),
    startedAt: context.now(),
    ...(place.webhookSecret === undefined ? {} : { webhookSecret: place.webhookSecret }),
    onError: (error) => context.terminal.err.write(`  ${error instanceof Error ? error.stack : String(error)}\n`),
  })
  await api.listen({ host: place.host, port: place.port }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portTaken(place.port, place.portOption) : error
  })
  const { port } = api.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  await announce(place.stateDir, { url, key, pid: process.pid })
  return {
    url,
    controlRoomUrl: `${url}/?key=${key}`,
    close: async () => {
      await withdraw(place.stateDir)
      await api.close()
    },
  }
}

/** `dir:` in front of a path that has no scheme. */
export function sourceUri(text: string): string {
  return /^(dir|git|kubernetes)(:|$)/.test(text) && !isAbsolute(text) ? text : `dir:${text}`
}
