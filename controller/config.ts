/** Configuration of the controller from its environment: the only place that reads it. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ControllerConfig {
  /** Where status and history are kept. Losing it loses nothing but history. */
  readonly stateDir: string
  /** False when the state directory is the default one; the embedded run then takes a folder of its own. */
  readonly stateDirIsChosen: boolean
  /** Owner part of every marker on the platform: two controllers in one workspace need two. */
  readonly controllerId: string
  /** False when NO_COLOR is set, to anything but nothing (no-color.org). */
  readonly colour: boolean
  /** Port that Databricks Apps gives, where this runs as one. */
  readonly appPort: number | undefined
  /** The whole environment, for Databricks credentials and `credentials.token.env`. */
  readonly env: Environment
}

/** Reads what is set; everything has a default. */
export function readConfig(env: Environment = process.env): ControllerConfig {
  const xdgState = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state')
  return {
    stateDir: env['WORKSHOP_STATE_DIR'] || join(xdgState, 'workshop-operator'),
    stateDirIsChosen: Boolean(env['WORKSHOP_STATE_DIR']),
    controllerId: env['WORKSHOP_CONTROLLER_ID'] || 'default',
    colour: !env['NO_COLOR'],
    appPort: env['DATABRICKS_APP_PORT'] ? Number(env['DATABRICKS_APP_PORT']) : undefined,
    env,
  }
}
