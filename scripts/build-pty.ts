/**
 * Builds worker/prebuilds/linux-x64/pty.node from the installed node-pty's source, and keeps its sha256 beside it.
 * `node scripts/build-pty.ts [--headers /usr/include/node]` on a Linux machine with g++, binutils and Node headers.
 *
 * The compiler is called directly: N-API needs nothing that node-gyp would add. The C++ runtime is the shared one that
 * Node itself needs. The result must run where Databricks Apps run (Ubuntu 22.04, glibc 2.35).
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** Newest glibc that may be asked for. */
const newestGlibc = [2, 35] as const

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { headers: { type: 'string' } } })
const headers = [values.headers, join(process.execPath, '../../include/node'), '/usr/include/node'].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'node_api.h')),
)
if (headers === undefined) throw new Error('no Node headers found: name their folder with --headers')

const require = createRequire(import.meta.url)
const nodePty = dirname(require.resolve('node-pty/package.json'))
const addonApi = dirname(createRequire(join(nodePty, 'package.json')).resolve('node-addon-api/package.json'))
const output = join(root, 'worker/prebuilds/linux-x64/pty.node')

const run = (command: string, args: readonly string[]) => execFileSync(command, args, { encoding: 'utf8' })

run('g++', [
  ...['-shared', '-fPIC', '-std=c++17', '-O2', '-Wall', '-D_FORTIFY_SOURCE=2', '-fvisibility=hidden'],
  ...['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=pty', '-DBUILDING_NODE_EXTENSION'],
  ...['-Dforkpty=closed_forkpty', '-Dnapi_register_module_v1=node_pty_register'],
  ...[`-ffile-prefix-map=${nodePty}=node-pty`, `-ffile-prefix-map=${root}=.`],
  ...[`-I${headers}`, `-I${addonApi}`],
  join(nodePty, 'src/unix/pty.cc'),
  ...['closed-fork.cc', 'tty-state.cc'].map((file) => join(root, 'worker/prebuilds/native', file)),
  ...['-lutil', '-Wl,--build-id=none', '-s', '-o', output],
])

const needed = [...run('objdump', ['-T', output]).matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(
  ([, major, minor]) => [Number(major), Number(minor)] as const,
)
const tooNew = needed.filter(([major, minor]) => major > newestGlibc[0] || minor > newestGlibc[1])
if (tooNew.length > 0) throw new Error(`the build asks for glibc ${tooNew.map((pair) => pair.join('.')).join(', ')}`)

const sha256 = createHash('sha256').update(readFileSync(output)).digest('hex')
writeFileSync(`${output}.sha256`, `${sha256}\n`)
console.log(`${output}\n${sha256}\nnewest glibc asked for: 2.${Math.max(...needed.map(([, minor]) => minor))}`)
