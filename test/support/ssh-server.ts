/** A real sshd on loopback for one test: own host key, one user (who runs the test), one key that may come in. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { until } from './bench-fleet.ts'
import { freePorts } from './product.ts'

const program = '/usr/sbin/sshd'
/** Where Debian's sshd wants an empty folder of its own when it runs as root. */
const separation = '/run/sshd'

export interface SshServer {
  /** `ssh://user@127.0.0.1:port`. */
  readonly url: string
  /** Private keys: one that may come in, one that nobody knows. */
  readonly key: string
  readonly strangersKey: string
  /** A known_hosts file that names this server, and one that names another key for it. */
  readonly knownHosts: string
  readonly wrongHosts: string
  readonly close: () => Promise<void>
}

export function hasSshd(): boolean {
  return existsSync(program)
}

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-ssh-'))
  const at = (name: string) => join(folder, name)
  for (const name of ['host', 'other-host', 'ada', 'eve'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)])
  const publicKey = async (name: string) => (await readFile(at(`${name}.pub`), 'utf8')).split(' ').slice(0, 2).join(' ')
  const [port = 0] = await freePorts(1)
  await writeFile(at('authorized'), `${await publicKey('ada')}\n`, { mode: 0o600 })
  await writeFile(at('known'), `[127.0.0.1]:${port} ${await publicKey('host')}\n`)
  await writeFile(at('wrong'), `[127.0.0.1]:${port} ${await publicKey('other-host')}\n`)
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    `PidFile ${at('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
  ]
  await writeFile(at('sshd_config'), `${settings.join('\n')}\n`)
  const isOurs = userInfo().uid === 0 && !existsSync(separation)
  if (isOurs) await mkdir(separation)
  const child: ChildProcess = spawn(program, ['-D', '-e', '-f', at('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const close = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
    if (isOurs) await rm(separation, { recursive: true, force: true })
  }
  const answers = () =>
    new Promise<boolean>((resolve) => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`)
      const socket = createConnection(port, '127.0.0.1', () => socket.end(() => resolve(true)))
      socket.on('error', () => resolve(false))
    })
  await until('sshd', answers, Boolean)
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    key: at('ada'),
    strangersKey: at('eve'),
    knownHosts: at('known'),
    wrongHosts: at('wrong'),
    close,
  }
}
