/**
 * What a source folder says about how to install, build and start it: package.json, requirements.txt and app.yaml.
 * Pure; the file contents come in as text.
 */

import { parse } from 'yaml'

/** Where a variable of an app comes from. */
export interface VariableSource {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: string
}

/** The content of app.yaml. */
export interface AppConfig {
  readonly command?: readonly string[]
  readonly env: readonly VariableSource[]
}

/** A deployment that cannot go on; the message is fit for its status. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError'
}

/**
 * Reads app.yaml.
 * @throws DeploymentError that names the file and the field
 */
export function readAppConfig(text: string, file: string): AppConfig {
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    throw new DeploymentError(`${file} is not valid YAML: ${(error as Error).message.split('\n')[0]}`)
  }
  if (document === null || document === undefined) return { env: [] }
  if (!isRecord(document)) throw new DeploymentError(`${file} must hold a mapping with command and env`)
  const command = document['command']
  if (command !== undefined && !(Array.isArray(command) && command.length > 0)) {
    throw new DeploymentError(`${file}: command must be a list of words, for example ['node', 'server.js']`)
  }
  const env = document['env'] ?? []
  if (!Array.isArray(env)) throw new DeploymentError(`${file}: env must be a list of entries with name and value`)
  return {
    ...(command === undefined ? {} : { command: command.map(String) }),
    env: env.map((entry, index) => readVariable(entry, `${file}: env[${index}]`)),
  }
}

/**
 * The values of an app's variables: the deployment's win over those of app.yaml.
 * @throws DeploymentError when a resource that is named does not exist
 */
export function resolveVariables(
  sources: readonly VariableSource[],
  resourceValue: (resource: string) => string | undefined,
): Record<string, string> {
  const values: Record<string, string> = {}
  for (const source of new Map(sources.map((source) => [source.name, source])).values()) {
    if (source.valueFrom === undefined) {
      values[source.name] = source.value ?? ''
      continue
    }
    const value = resourceValue(source.valueFrom)
    if (value === undefined) {
      throw new DeploymentError(
        `Error resolving resource ${source.valueFrom} specified in environment variable ${source.name}: ` +
          'the app has no resource of that name, or its value cannot be read',
      )
    }
    values[source.name] = value
  }
  return values
}

/** Replaces $NAME and ${NAME} of known variables in the words of a command; there is no shell. */
export function substitute(command: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return command.map((word) =>
    word.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => env[braced ?? bare] ?? whole),
  )
}

/** The part of package.json that decides how to install and start. */
export interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  /** False when an install depends on more than the manifest and the lock, so that its result cannot be shared. */
  readonly isShareable: boolean
}

/** @throws DeploymentError when it is not a JSON object */
export function readManifest(text: string): Manifest {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new DeploymentError(`package.json is not valid JSON: ${(error as Error).message}`)
  }
  if (!isRecord(document)) throw new DeploymentError('package.json must hold an object')
  const scripts = isRecord(document['scripts']) ? document['scripts'] : {}
  const installScripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].map((key) => document[key])
  const isLocal = /"(file|link|workspace):|":"\.{0,2}\//.test(JSON.stringify(wanted))
  return {
    scripts: Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, String(script)])),
    isShareable: !isLocal && document['workspaces'] === undefined && !installScripts.some((name) => name in scripts),
  }
}

function readVariable(entry: unknown, where: string): VariableSource {
  const name = isRecord(entry) ? entry['name'] : undefined
  if (!isRecord(entry) || typeof name !== 'string' || name === '') throw new DeploymentError(`${where} has no name`)
  const { value, valueFrom } = entry as { value?: unknown; valueFrom?: unknown }
  if (typeof valueFrom === 'string') return { name, valueFrom }
  if (value !== undefined && value !== null) return { name, value: String(value) }
  const hint = 'value_from' in entry ? '; app.yaml spells it valueFrom' : ''
  throw new DeploymentError(`${where} (${name}) has neither value nor valueFrom${hint}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
