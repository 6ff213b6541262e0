/**
 * Builds worker/prebuilds/linux-x64/pty.node from worker/prebuilds/native, and keeps its sha256 and theirs beside it.
 * `node scripts/build-pty.ts [--headers /usr/include/node]` on a Linux machine with gcc, binutils and Node headers.
 *
 * The compiler is called directly: N-API and libuv need nothing that node-gyp would add, and Node itself brings the
 * functions of both. The result must run where Databricks Apps run (Ubuntu 22.04, glibc 2.35).
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nativeBinary as output, nativeFolder as sources, sourcesHash } from './pty-sources.ts'

/** Newest glibc that may be asked for. */
const newestGlibc = [2, 35] as const

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { headers: { type: 'string' } } })
const headers = [
  values.headers,
  join(process.execPath, '../../include/node'),
  join(root, 'node_modules/node/node_modules', `node-${process.platform}-${process.arch}`, 'include/node'),
  '/usr/include/node',
].find((folder) => folder !== undefined && existsSync(join(folder, 'node_api.h')))
if (headers === undefined) throw new Error('no Node headers found: name their folder with --headers')

const run = (command: string, args: readonly string[]) => execFileSync(command, args, { encoding: 'utf8' })

run('gcc', [
  ...['-shared', '-fPIC', '-std=gnu11', '-O3', '-Wall', '-Wextra', '-Werror', '-D_FORTIFY_SOURCE=2'],
  ...['-fvisibility=hidden', '-DNAPI_VERSION=8', `-ffile-prefix-map=${root}=.`, `-I${headers}`],
  ...readdirSync(sources)
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => join(sources, file)),
  ...['-Wl,--build-id=none', '-s', '-o', output],
])

const needed = [...run('objdump', ['-T', output]).matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(
  ([, major, minor]) => [Number(major), Number(minor)] as const,
)
const tooNew = needed.filter(([major, minor]) => major > newestGlibc[0] || minor > newestGlibc[1])
if (tooNew.length > 0) throw new Error(`the build asks for glibc ${tooNew.map((pair) => pair.join('.')).join(', ')}`)

const sha256 = createHash('sha256').update(readFileSync(output)).digest('hex')
writeFileSync(`${output}.sha256`, `${sha256}\n`)
writeFileSync(`${output}.sources.sha256`, `${sourcesHash()}\n`)
console.log(`${output}\n${sha256}`)
console.log(`newest glibc asked for: 2.${Math.max(...needed.map(([, minor]) => minor))}`)
