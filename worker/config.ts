/**
 * What hub and worker take from their environment, read once. The only reader of process.env: secrets are taken out of
 * it here, so that no child process can inherit them by accident.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import { workerEnv } from '@workshop/contracts/fleet-file'
import { isLoopbackName } from './fleet/loopback.ts'

/** The environment of an app, as the platform and the controller set it. */
export interface Config {
  readonly appName: string
  readonly port: number
  /** `127.0.0.1` under a loopback workspace (nobody but this machine may call), every address on the platform. */
  readonly listenHost: '127.0.0.1' | '0.0.0.0'
  /** Origin of the workspace, no trailing slash. */
  readonly workspaceUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** Absolute workspace path of the fleet file. */
  readonly fleetFile: string
  /** The shared model token; absent on the hub, which has no terminals. */
  readonly modelToken: string | undefined
  /** Folder for homes and projects of sessions; ephemeral on the platform as everything there. */
  readonly stateDir: string
}

type Environment = Record<string, string | undefined>

const secretNames = [workerEnv.modelToken, 'DATABRICKS_CLIENT_SECRET', 'DATABRICKS_TOKEN']

/**
 * Reads the configuration and deletes the secrets from `env`.
 * @throws WorkshopError WO-9001 naming every variable that is missing or unusable
 */
export function takeConfig(env: Environment): Config {
  const missing: string[] = []
  const need = (name: string) => {
    const value = env[name]?.trim()
    if (!value) missing.push(name)
    return value ?? ''
  }
  const workspaceUrl = workspaceOrigin(need('DATABRICKS_HOST'))
  const port = Number(need('DATABRICKS_APP_PORT'))
  const config: Config = {
    appName: need('DATABRICKS_APP_NAME'),
    port,
    listenHost: isLoopbackName(hostOf(workspaceUrl)) ? '127.0.0.1' : '0.0.0.0',
    workspaceUrl,
    clientId: need('DATABRICKS_CLIENT_ID'),
    clientSecret: need('DATABRICKS_CLIENT_SECRET'),
    fleetFile: need(workerEnv.fleetFile),
    modelToken: env[workerEnv.modelToken]?.trim() || undefined,
    stateDir: join(env['HOME'] || tmpdir(), '.workshop', need('DATABRICKS_APP_NAME')),
  }
  for (const name of secretNames) delete env[name]
  if (missing.length > 0) throw unusable(`not set: ${[...new Set(missing)].join(', ')}`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw unusable('DATABRICKS_APP_PORT is not a port number')
  if (hostOf(workspaceUrl) === '') throw unusable('DATABRICKS_HOST is not a host name or an origin')
  return config
}

/** `DATABRICKS_HOST` may lack its scheme: https then, http where the host is this machine. */
export function workspaceOrigin(host: string): string {
  if (host === '') return ''
  const text = /^https?:\/\//i.test(host)
    ? host
    : `${isLoopbackName(hostOf(`https://${host}`)) ? 'http' : 'https'}://${host}`
  return URL.canParse(text) ? new URL(text).origin : ''
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '')

function unusable(message: string): WorkshopError {
  return new WorkshopError({
    code: 'WO-9001',
    where: 'environment',
    message,
    fix: 'the platform injects DATABRICKS_*; the controller sets WORKSHOP_FLEET_FILE',
  })
}
