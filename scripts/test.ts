/**
 * `npm test`: format, lint, types, generated files, then every vitest project. Arguments go to vitest
 * (`npm test -- --project unit`), which then runs alone. Without a Chromium the browser suite is left out, without a
 * control plane the cluster suite, each said in one line; under CI that is a failure. What a suite leaves behind fails the run too.
 */
import { spawnSync } from 'node:child_process'
import { buildBinaries, findBinaries, hasAll } from '../test/cluster/binaries.ts'
import { findChromium, installDebianPackages } from '../test/support/chromium.ts'
import { leftovers, ownTempFolder } from './leftovers.ts'

const args = process.argv.slice(2)

function run(command: string, rest: readonly string[], env = process.env): number {
  return spawnSync(command, rest, { stdio: 'inherit', env }).status ?? 1
}

/** The suites, and then nothing of theirs may be left: neither a process nor a temp folder. */
function runSuites(rest: readonly string[]): number {
  const folder = ownTempFolder()
  const status = run('vitest', ['run', ...rest], { ...process.env, TMPDIR: folder })
  const left = leftovers(folder)
  for (const line of left) console.error(`left behind: ${line}`)
  return status || (left.length > 0 ? 1 : 0)
}

/** Projects to leave out because this machine lacks what they need. */
function missingSuites(): readonly string[] {
  return [...withoutBrowser(), ...withoutCluster()]
}

/** Under CI the control plane is built where it is missing: ten minutes once. Elsewhere nobody waits for that unasked. */
function withoutCluster(): readonly string[] {
  if (process.env['CI'] && !hasAll()) buildBinaries()
  if (findBinaries()) return []
  console.error(
    'No kube-apiserver found: the cluster suite does not run. Run test/cluster/build.sh (needs Go) or set KUBEBUILDER_ASSETS.',
  )
  if (process.env['CI']) process.exit(1)
  return ['--project', '!cluster']
}

function withoutBrowser(): readonly string[] {
  if (findChromium()) return []
  if (installDebianPackages(['chromium']) && findChromium()) return []
  console.error('No Chromium found: the browser suite (e2e) does not run. Set CHROMIUM_PATH or install chromium.')
  if (process.env['CI']) process.exit(1)
  return ['--project', '!e2e']
}

process.exitCode =
  args.length > 0 ? runSuites(args) : run('npm', ['run', '--silent', 'check']) || runSuites(missingSuites())
