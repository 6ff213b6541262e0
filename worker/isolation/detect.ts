/** Finds the isolation level of this machine by running a probe program through each form of bubblewrap. */
import { execFile } from 'node:child_process'
import { access, constants, lstat, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Launch } from '../terminal/launch.ts'
import { type Bubblewrap, bubblewrapLaunch, type SystemFolder, seenUploads } from './bubblewrap.ts'
import { explainFailure } from './explain.ts'
import type { Confinement, Isolation } from './isolation.ts'
import { openIsolation } from './open.ts'

/** Prints `sealed` when the walls stand: other namespaces, no capability, no sight of the worker, a writable home. */
const probe = `
[ "$(readlink /proc/self/ns/user)" != "$1" ] || { echo 'same user namespace'; exit 1; }
[ "$(readlink /proc/self/ns/pid)" != "$2" ] || { echo 'same process namespace'; exit 1; }
grep -q '^CapEff:[^1-9a-f]*$' /proc/self/status || { echo 'capabilities are left'; exit 1; }
[ ! -e "$3" ] || { echo 'files of the worker are in sight'; exit 1; }
if [ "$4" = outer ] && cat "/proc/$5/environ" >/dev/null 2>&1; then echo 'the environment of the worker can be read'; exit 1; fi
: > "$HOME/probe" && : > "$HOME/project/probe" && : > "$TMPDIR/probe" || { echo 'the home cannot be written'; exit 1; }
echo sealed`

const systemRoots = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const probeTimeoutMs = 5_000

/** `programs`: absolute paths of bwrap to try, best first; by default those on the worker's PATH and in /usr/bin. */
export async function detectIsolation(options: { readonly programs?: readonly string[] } = {}): Promise<Isolation> {
  if (process.platform !== 'linux') return openIsolation('sessions are kept apart on Linux only')
  const programs = await executables(options.programs ?? onPath(process.env['PATH'] ?? ''))
  if (programs.length === 0) return openIsolation('bubblewrap (bwrap) is not installed on this worker')

  const system = await systemFolders()
  const folder = await mkdtemp(join(tmpdir(), 'isolation-'))
  let reason = ''
  try {
    for (const bubblewrap of forms(programs, system)) {
      const failure = await tryForm(bubblewrap, folder)
      if (failure === undefined) return namespaces(bubblewrap)
      reason ||= failure
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return openIsolation(reason)
}

function namespaces(bubblewrap: Bubblewrap): Isolation {
  const message = bubblewrap.proc === 'own' ? '' : 'the container masks /proc: command lines of others can be seen'
  return {
    report: { level: 'namespaces', message },
    wrap: (launch, confinement) => bubblewrapLaunch(launch, confinement, bubblewrap),
    seenUploads: () => seenUploads,
  }
}

/** Every form worth trying, the tightest first. */
function forms(programs: readonly string[], system: readonly SystemFolder[]): readonly Bubblewrap[] {
  return programs.flatMap((path) =>
    (['own', 'outer'] as const).flatMap((proc) =>
      [true, false].map((disableUserNamespaces) => ({ path, proc, disableUserNamespaces, system })),
    ),
  )
}

/** Undefined when the probe says that the walls stand, otherwise one sentence. */
async function tryForm(bubblewrap: Bubblewrap, folder: string): Promise<string | undefined> {
  const confinement = {
    home: join(folder, 'home'),
    project: join(folder, 'project'),
    tmp: join(folder, 'tmp'),
    readOnly: [],
  } satisfies Confinement
  const secret = join(folder, 'secret')
  await Promise.all(
    [join(confinement.home, 'project'), confinement.project, confinement.tmp].map((path) =>
      mkdir(path, { recursive: true, mode: 0o700 }),
    ),
  )
  await writeFile(secret, 'seen', { mode: 0o600 })
  const [user, pid] = await Promise.all([readlink('/proc/self/ns/user'), readlink('/proc/self/ns/pid')])
  const launch = bubblewrapLaunch(
    {
      file: '/bin/sh',
      args: ['-c', probe, 'sh', user, pid, secret, bubblewrap.proc, String(process.pid)],
      env: { HOME: confinement.home, PATH: '/usr/bin:/bin' },
      cwd: confinement.home,
    },
    confinement,
    bubblewrap,
  )
  const { stdout, stderr } = await run(launch)
  if (stdout.trim() === 'sealed') return undefined
  return stdout.trim() === '' ? explainFailure(stderr) : `bubblewrap starts but does not hold: ${stdout.trim()}`
}

function run({ file, args, env, cwd }: Launch): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, cwd, timeout: probeTimeoutMs, killSignal: 'SIGKILL' } as const
    execFile(file, [...args], options, (error, stdout, stderr) =>
      resolve({ stdout, stderr: stderr || (error?.killed ? 'it did not end within five seconds' : '') }),
    )
  })
}

function onPath(path: string): readonly string[] {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'))
  return [...new Set([...folders, '/usr/bin', '/usr/local/bin'])].map((folder) => join(folder, 'bwrap'))
}

async function executables(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path, constants.X_OK).then(
        () => [path],
        () => [],
      ),
    ),
  )
  return found.flat()
}

async function systemFolders(): Promise<readonly SystemFolder[]> {
  const found = await Promise.all(
    systemRoots.map(async (path): Promise<readonly SystemFolder[]> => {
      const stats = await lstat(path).catch(() => undefined)
      if (!stats) return []
      return [stats.isSymbolicLink() ? { path, linkTo: await readlink(path) } : { path }]
    }),
  )
  return found.flat()
}
