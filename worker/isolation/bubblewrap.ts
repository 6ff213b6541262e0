/** Level `namespaces`: one session in own user, process, IPC, host-name and mount namespaces, by bubblewrap. */
import type { Launch } from '../terminal/launch.ts'
import type { Confinement } from './isolation.ts'
import { withLimits } from './limits.ts'
import { type PathMap, seenLaunch } from './paths.ts'

/** What detection found to work here. */
export interface Bubblewrap {
  /** Absolute path of `bwrap`. */
  readonly path: string
  /** No further user namespaces inside; needs bubblewrap 0.8. */
  readonly disableUserNamespaces: boolean
  /** `outer`: containers that mask parts of /proc refuse a fresh one; then the outer one is bound read-only. */
  readonly proc: 'own' | 'outer'
  /** Top folders of the system: real folders are bound, links are made again. */
  readonly system: readonly SystemFolder[]
}

export interface SystemFolder {
  readonly path: string
  /** Set when the folder is a symbolic link, as /bin is on merged-usr systems. */
  readonly linkTo?: string
}

/** The home as every session sees it: the same on all workers, so that an agent's transcript is found after a move. */
export const seenHome = '/home/participant'
export const seenProject = `${seenHome}/project`
const seenTmp = '/tmp'
/** Outside the home: a session could put a link of its own in a folder that it may write. */
export const seenUploads = '/uploads'

/** Names, certificates and linker configuration; nothing that could hold a password. */
const etc = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates',
  'debian_version',
  'hosts',
  'inputrc',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'pki',
  'protocols',
  'resolv.conf',
  'services',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone',
]

/** bwrap reads its passwd and group files from descriptors 8 and 9, so that no file has to be kept for them. */
const start = `exec "$@" 8<<'EOF' 9<<'EOF'
participant:x:1000:1000:Participant:${seenHome}:/bin/bash
EOF
participant:x:1000:
EOF
`

/**
 * The launch inside bubblewrap. No --new-session: setsid would take the controlling terminal away, and with it Ctrl-C
 * and job control. The network stays shared, because the gateway listens on loopback. bwrap's own environment and
 * arguments can be read inside as process 1, so it gets the session's environment and nothing of the worker.
 */
export function bubblewrapLaunch(launch: Launch, confinement: Confinement, bubblewrap: Bubblewrap): Launch {
  const { home, project, tmp, uploads, readOnly } = confinement
  const map: PathMap = [
    [project, seenProject],
    [tmp, seenTmp],
    [home, seenHome],
  ]
  const inner = withLimits(seenLaunch(launch, map, seenTmp), { ownUserNamespace: true })
  const args = [
    ...['user', 'pid', 'ipc', 'uts'].map((kind) => `--unshare-${kind}`),
    ...(bubblewrap.disableUserNamespaces ? ['--disable-userns'] : []),
    ...['--die-with-parent', '--cap-drop', 'ALL', '--uid', '1000', '--gid', '1000', '--hostname', 'workshop'],
    ...bubblewrap.system.flatMap(({ path, linkTo }) =>
      linkTo === undefined ? ['--ro-bind', path, path] : ['--symlink', linkTo, path],
    ),
    ...etc.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...[
      '--perms',
      '0444',
      '--ro-bind-data',
      '8',
      '/etc/passwd',
      '--perms',
      '0444',
      '--ro-bind-data',
      '9',
      '/etc/group',
    ],
    ...(bubblewrap.proc === 'own' ? ['--proc', '/proc'] : ['--ro-bind', '/proc', '/proc']),
    ...['--dev', '/dev', '--bind', tmp, seenTmp, '--symlink', '../tmp', '/var/tmp'],
    ...['--bind', home, seenHome, '--bind', project, seenProject],
    ...(uploads === undefined ? [] : ['--ro-bind-try', uploads, seenUploads]),
    ...readOnly.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--chdir', inner.cwd, '--', inner.file, ...inner.args],
  ]
  return { file: '/bin/sh', args: ['-c', start, 'sh', bubblewrap.path, ...args], env: inner.env, cwd: '/' }
}
