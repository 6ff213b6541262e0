/** Where a real control plane comes from: KUBEBUILDER_ASSETS, our own cache, or Go once into that cache (build.sh). */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** As in build.sh. */
const version = 'v1.36.3'
const needed = ['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager']
/** For the chart. Helm may also be the machine's own; without promquery alerts are checked by their names only. */
const further = ['helm', 'promquery']

type Env = Readonly<Record<string, string | undefined>>

/** Folder of the programs, or undefined. The first three will do when `KUBEBUILDER_ASSETS` names it. */
export function findBinaries(env: Env = process.env): string | undefined {
  const assets = env['KUBEBUILDER_ASSETS']
  if (assets && holds(assets, needed.slice(0, 3))) return assets
  const cache = cacheFolder(env)
  return holds(cache, needed) ? cache : undefined
}

/** Whether the cache has everything that build.sh makes. */
export function hasAll(env: Env = process.env): boolean {
  return holds(cacheFolder(env), [...needed, ...further])
}

/** Builds what is missing into the cache: about ten minutes once. False without Go, or when the build fails. */
export function buildBinaries(env: Env = process.env): boolean {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) return false
  const script = fileURLToPath(new URL('build.sh', import.meta.url))
  return spawnSync('bash', [script, cacheFolder(env)], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}

function cacheFolder(env: Env): string {
  const home = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  return join(home, 'workshop-operator', 'kube', `${version}-${platform}`)
}

function holds(folder: string, names: readonly string[]): boolean {
  return names.every((name) => existsSync(join(folder, name)))
}
