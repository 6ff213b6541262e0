/**
 * `npm test`: format, lint, types, generated files, then every vitest project. Arguments go to vitest
 * (`npm test -- --project unit`), which then runs alone. Without a Chromium the browser suite is left out, without a
 * control plane the cluster suite, each said in one line; under CI that is a failure.
 */
import { spawnSync } from 'node:child_process'
import { buildBinaries, findBinaries } from '../test/cluster/binaries.ts'
import { findChromium, installDebianPackages } from '../test/support/chromium.ts'

const args = process.argv.slice(2)

function run(command: string, rest: readonly string[]): void {
  const { status } = spawnSync(command, rest, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** Projects to leave out because this machine lacks what they need. */
function missingSuites(): readonly string[] {
  return [...withoutBrowser(), ...withoutCluster()]
}

/** Under CI the control plane is built where it is missing: ten minutes once. Elsewhere nobody waits for that unasked. */
function withoutCluster(): readonly string[] {
  if (findBinaries()) return []
  if (process.env['CI'] && buildBinaries()) return []
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

if (args.length > 0) {
  run('vitest', ['run', ...args])
} else {
  run('npm', ['run', '--silent', 'check'])
  run('vitest', ['run', ...missingSuites()])
}
