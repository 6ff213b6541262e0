/**
 * The steps before an app starts, in the documented order: npm install, pip install, npm run build, then the command
 * of the deployment, of app.yaml, of package.json or the first Python file.
 */

import { access, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { AppLaunch } from '../app-host.ts'
import {
  type AppConfig,
  DeploymentError,
  type Manifest,
  readAppConfig,
  readManifest,
  resolveVariables,
  substitute,
} from './app-config.ts'
import { runBuildStep } from './build-step.ts'

export interface Preparation {
  readonly request: AppLaunch
  readonly signal: AbortSignal
  readonly progress: (message: string) => void
  readonly npm: string
  readonly buildEnv: Readonly<Record<string, string>>
  readonly install: {
    /** Through the cache. */
    readonly shared: (report: (words: string) => void) => Promise<void>
    /** In the source folder itself. */
    readonly inPlace: (report: (words: string) => void) => Promise<void>
  }
  readonly environment: (
    firstPaths: readonly string[],
    variables: Readonly<Record<string, string>>,
  ) => Record<string, string>
  readonly output: (chunk: string | undefined) => void
}

/** What to start and with which environment. */
export interface StartCommand {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** @throws DeploymentError naming the step that failed */
export async function prepareApp(preparation: Preparation): Promise<StartCommand> {
  const { request, progress, install } = preparation
  const folder = request.sourceDir
  const files = await readdir(folder)
  const config = await readConfig(folder, files)
  // First, because a missing resource must not cost an install.
  const variables = resolveVariables([...config.env, ...request.envVars], request.resourceValue)

  const manifest = files.includes('package.json') ? readManifest(await read(folder, 'package.json')) : undefined
  if (manifest !== undefined) {
    progress('Installing dependencies')
    const report = (words: string) => progress(`Installing dependencies: ${words}`)
    await (manifest.isShareable ? install.shared(report) : install.inPlace(report))
  }
  const firstPaths = files.includes('requirements.txt') ? await installPython(preparation) : []
  const env = preparation.environment(firstPaths, variables)
  if (manifest?.scripts['build'] !== undefined) {
    progress('Building app')
    const step = { title: 'npm run build', command: [preparation.npm, 'run', 'build'], cwd: folder }
    // The build sees the app's variables and, where those are silent, what npm needs of the machine.
    await runBuildStep({
      ...preparation,
      ...step,
      env: { ...preparation.buildEnv, ...env, PATH: buildPath(env, preparation) },
    })
  }
  const command = request.command ?? config.command ?? defaultCommand(manifest, files)
  return { command: substitute(await located(command, preparation), env), env }
}

/** The start command when neither deployment nor app.yaml has one. */
export function defaultCommand(manifest: Manifest | undefined, files: readonly string[]): readonly string[] {
  if (manifest?.scripts['start'] !== undefined) return ['npm', 'run', 'start']
  const python = files.filter((name) => name.endsWith('.py')).sort()[0]
  if (python !== undefined) return ['python', python]
  throw new DeploymentError(
    'No command to run: give app.yaml a command, package.json a start script, or add a Python file',
  )
}

async function readConfig(folder: string, files: readonly string[]): Promise<AppConfig> {
  const name = ['app.yaml', 'app.yml'].find((name) => files.includes(name))
  return name === undefined ? { env: [] } : readAppConfig(await read(folder, name), name)
}

async function installPython(preparation: Preparation): Promise<string[]> {
  const { request, progress, buildEnv: env } = preparation
  const folder = request.sourceDir
  progress('Installing Python packages')
  const python = await findProgram(['python3.11', 'python3', 'python'], env['PATH'] ?? '')
  if (python === undefined) throw new DeploymentError('requirements.txt is there but no Python is on this machine')
  const bin = join(folder, '.venv', 'bin')
  const step = { ...preparation, cwd: folder, env }
  await runBuildStep({ ...step, title: 'python -m venv', command: [python, '-m', 'venv', '.venv'] })
  const pip = [join(bin, 'pip'), 'install', '--disable-pip-version-check', '-r', 'requirements.txt']
  await runBuildStep({ ...step, title: 'pip install', command: pip })
  return [bin]
}

/** npm and python of a command as they are on this machine, which may keep them outside an app's PATH. */
async function located(command: readonly string[], preparation: Preparation): Promise<readonly string[]> {
  const [program, ...rest] = command
  if (program === 'npm')
    return [(await findProgram([preparation.npm], preparation.buildEnv['PATH'] ?? '')) ?? 'npm', ...rest]
  if (program !== 'python') return command
  const venv = join(preparation.request.sourceDir, '.venv', 'bin')
  const python = await findProgram(['python', 'python3'], `${venv}${delimiter}${preparation.buildEnv['PATH'] ?? ''}`)
  return [python ?? program, ...rest]
}

function buildPath(env: Readonly<Record<string, string>>, preparation: Preparation): string {
  return [env['PATH'], preparation.buildEnv['PATH']].join(delimiter)
}

async function findProgram(names: readonly string[], path: string): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of name.includes('/') ? [''] : path.split(delimiter)) {
      const file = folder === '' ? name : join(folder, name)
      const found = await access(file).then(
        () => true,
        () => false,
      )
      if (found) return file
    }
  }
  return undefined
}

function read(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8')
}
