/**
 * The container image as far as it can be run without a container engine: the files that the Dockerfile's last stage
 * copies, and node with its libraries, in an own root without a shell; not root, nothing writable but what is mounted.
 * Bubblewrap stands in for the runtime.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, execForm, lastOf, type Stage, stagesOf } from './dockerfile.ts'
import { repository } from './product.ts'

export interface ImageRun {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Default: the image's own. */
  readonly user?: string
  /** Writable and empty. */
  readonly scratch?: readonly string[]
  /** Read-only: from here, to there. */
  readonly mounts?: readonly (readonly [string, string])[]
  readonly hostname?: string
}

export function hasBubblewrap(): boolean {
  return spawnSync('bwrap', ['--version'], { stdio: 'ignore' }).status === 0
}

export function dockerfile(): readonly Stage[] {
  return stagesOf(readFileSync(join(repository, 'Dockerfile'), 'utf8'))
}

/** The stage that `docker build .` makes. */
export function finalStage(): Stage {
  const last = dockerfile().at(-1)
  if (!last) throw new Error('the Dockerfile has no stage')
  return last
}

/** Arguments of bwrap. HOME is what a container engine sets for a user without an entry of its own. */
export function bubbleArgs({
  args,
  env = {},
  user,
  scratch = [],
  mounts = [],
  hostname = 'image',
}: ImageRun): string[] {
  const image = finalStage()
  const [program = '', ...first] = execForm(lastOf(image, 'ENTRYPOINT')) ?? []
  const [uid = '', gid = ''] = (user ?? lastOf(image, 'USER') ?? '').split(':')
  if (program === '' || uid === '' || gid === '') throw new Error('the image names no entry point or no user')
  const environment = { HOME: '/', ...environmentOf(image), ...env }
  const readOnly = [
    ...libraries().map((path) => [path, path]),
    [process.execPath, program],
    ...imageFiles(image),
    ...mounts,
  ]
  return [
    ...['--unshare-all', '--share-net', '--die-with-parent', '--new-session', '--as-pid-1', '--hostname', hostname],
    ...['--uid', uid, '--gid', gid, '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...readOnly.flatMap(([from = '', to = '']) => ['--ro-bind', from, to]),
    ...scratch.flatMap((path) => ['--tmpfs', path]),
    ...['--remount-ro', '/', '--chdir', lastOf(image, 'WORKDIR') ?? '/', '--', program, ...first, ...args],
  ]
}

/** What COPY brings from the build stage, as it lies here after `npm run bundle`, and where to. */
export function imageFiles(stage: Stage): readonly (readonly string[])[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => rest.split(' '))
    .map(([from = '', to = '']) => [from.replace(/^\/src/, repository.replace(/\/$/, '')), to])
}

/** What node itself is linked with; a distroless image has them too. */
function libraries(): readonly string[] {
  const { stdout } = spawnSync('ldd', [process.execPath], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '').filter((path) => existsSync(path))
}
