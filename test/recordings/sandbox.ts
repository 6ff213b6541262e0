/**
 * A machine that is nobody's: programs that are recorded see `/home/user` on a host named `workshop`, their own
 * processes and no other, so that a recording tells nothing about where it was made.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Launch } from '../../worker/terminal/launch.ts'

export interface Sandbox {
  /** The launch of a command line inside; `env` comes on top of the usual variables. */
  readonly launch: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Launch
  readonly close: () => void
}

const system = ['PATH=/opt/node/bin:/usr/bin:/bin', 'HOME=/home/user', 'USER=user', 'SHELL=/bin/bash', 'TMPDIR=/tmp']
const terminal = ['TERM=xterm-256color', 'COLORTERM=truecolor', 'LANG=C.UTF-8']

/** `files` go into the home, by name; `tools` is a folder with the node_modules of the agents, seen as /opt/agents. */
export function openSandbox(files: Readonly<Record<string, string>>, tools: string | undefined): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'recording-'))
  const etc = {
    passwd: 'user:x:1000:1000:user:/home/user:/bin/bash\n',
    group: 'user:x:1000:\n',
    hosts: '127.0.0.1 localhost workshop\n',
  }
  for (const [name, text] of Object.entries({
    ...Object.fromEntries(Object.entries(etc).map(([name, text]) => [`etc/${name}`, text])),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`home/${name}`, text])),
  })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const own = ['--bind', join(root, 'home'), '/home/user', '--bind', join(root, 'etc'), '/etc']
  const shared = ['alternatives', 'ssl', 'terminfo'].flatMap((name) => [
    '--ro-bind-try',
    `/etc/${name}`,
    `/etc/${name}`,
  ])
  const links = ['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`])
  const alone = ['--unshare-user', '--unshare-pid', '--unshare-uts', '--unshare-ipc', '--hostname', 'workshop']
  const node = ['--ro-bind', dirname(dirname(process.execPath)), '/opt/node']
  const agents = tools === undefined ? [] : ['--ro-bind', tools, '/opt/agents']
  const fixed = [
    ...['--ro-bind', '/usr', '/usr', ...links, ...own, ...shared, ...node, ...agents],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--chdir', '/home/user/project'],
    ...[...alone, '--uid', '1000', '--gid', '1000', '--die-with-parent', '--clearenv'],
  ]
  return {
    launch: (argv, env = {}) => {
      const pairs = [...system, ...terminal].map((pair) => pair.split('=', 2) as [string, string])
      const set = [...pairs, ...Object.entries(env)].flatMap(([name, value]) => ['--setenv', name, value])
      return { file: '/usr/bin/bwrap', args: [...fixed, ...set, '--', ...argv], env: {}, cwd: '/' }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}
