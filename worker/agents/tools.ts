/** Node and Python as sessions may use them: what goes on their PATH and what must be readable for that. */
import { access, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

export interface Tools {
  /** PATH of a session. */
  readonly path: string
  /** Folders outside the system that it names; see Confinement.readOnly. */
  readonly readOnly: readonly string[]
}

const system = ['/usr/local/bin', '/usr/bin', '/bin']

/**
 * `execPath`: this program's Node. `workerPath`: the worker's PATH, searched for a Python environment, which on
 * Databricks Apps holds the packages that participants expect. Only folders marked by pyvenv.cfg count, because
 * any other folder of the worker may hold more than programs.
 */
export async function findTools(options: { readonly execPath: string; readonly workerPath: string }): Promise<Tools> {
  const node = dirname(await realpath(options.execPath))
  const environments = await pythonEnvironments(options.workerPath)
  const own = [...environments.map(({ folder }) => join(folder, 'bin')), ...(isSystem(node) ? [] : [node])]
  return {
    path: [...own, ...system].join(delimiter),
    readOnly: [
      ...new Set([...environments.flatMap(({ folder, base }) => [folder, ...base]), ...(isSystem(node) ? [] : [node])]),
    ],
  }
}

interface PythonEnvironment {
  readonly folder: string
  /** The Python it was made from, when that is no part of the system. */
  readonly base: readonly string[]
}

async function pythonEnvironments(workerPath: string): Promise<readonly PythonEnvironment[]> {
  const folders = workerPath.split(delimiter).filter((folder) => folder.startsWith('/') && folder.endsWith('/bin'))
  const found = await Promise.all(
    folders.map(async (bin) => {
      const folder = dirname(bin)
      const isEnvironment = await access(join(folder, 'pyvenv.cfg')).then(
        () => true,
        () => false,
      )
      const python = await realpath(join(bin, 'python3')).catch(() => undefined)
      if (!isEnvironment || python === undefined) return []
      const base = dirname(dirname(python))
      return [{ folder, base: isSystem(join(base, 'bin')) || base === folder ? [] : [base] }]
    }),
  )
  return found.flat()
}

function isSystem(folder: string): boolean {
  return ['/usr', '/bin', '/sbin'].some((root) => folder === root || folder.startsWith(`${root}/`))
}
