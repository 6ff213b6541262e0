import { describe, expect, it } from 'vitest'
import { bubblewrapLaunch } from './bubblewrap.ts'
import { explainFailure } from './explain.ts'
import { openIsolation } from './open.ts'
import { seenText } from './paths.ts'

const confinement = {
  home: '/w/ada/s1/home',
  project: '/w/ada/project',
  tmp: '/w/ada/s1/tmp',
  readOnly: ['/app/node_modules/x'],
}
const launch = {
  file: '/app/node_modules/x/claude',
  args: ['--resume', 'id'],
  env: { HOME: '/w/ada/s1/home', PATH: '/w/ada/s1/home/.local/bin:/usr/bin', DATABRICKS_HOST: 'http://127.0.0.1:9' },
  cwd: '/w/ada/project',
}
const bubblewrap = { path: '/usr/bin/bwrap', disableUserNamespaces: true, proc: 'own', system: [] } as const

describe('wrapping a launch', () => {
  it('shows the home at the same place on every worker', () => {
    const { env, args } = bubblewrapLaunch(launch, confinement, bubblewrap)
    expect(env).toEqual({
      HOME: '/home/participant',
      PATH: '/home/participant/.local/bin:/usr/bin',
      DATABRICKS_HOST: 'http://127.0.0.1:9',
      TMPDIR: '/tmp',
    })
    expect(args.join(' ')).toContain('--chdir /home/participant/project -- /bin/sh')
    expect(args.slice(-3)).toEqual(['/app/node_modules/x/claude', '--resume', 'id'])
  })

  it('keeps the controlling terminal and dies with the worker', () => {
    const { args } = bubblewrapLaunch(launch, confinement, bubblewrap)
    expect(args).not.toContain('--new-session')
    expect(args).toContain('--die-with-parent')
  })

  it('puts no variable of the session on a command line, where others could read it', () => {
    const secret = { ...launch, env: { ...launch.env, KEY: 'wsk_canary' } }
    expect(bubblewrapLaunch(secret, confinement, bubblewrap).args.join(' ')).not.toContain('wsk_canary')
  })

  it('without walls starts in the shared project folder and sets no process limit', () => {
    const wrapped = openIsolation('no bwrap').wrap(launch, confinement)
    expect(wrapped).toMatchObject({ cwd: '/w/ada/project', env: { HOME: '/w/ada/s1/home', TMPDIR: '/w/ada/s1/tmp' } })
    expect(wrapped.args[1]).not.toContain('ulimit -u')
  })
})

describe('rewriting a path', () => {
  const map = [['/w/home', '/home/p']] as const
  it.for([
    ['the folder itself', '/w/home', '/home/p'],
    ['what lies below it', '/w/home/a:b', '/home/p/a:b'],
    ['not a neighbour whose name only begins alike', '/w/home2/x', '/w/home2/x'],
    ['each part of a list', '/usr/bin:/w/home/bin', '/usr/bin:/home/p/bin'],
    ['an address stays', 'http://127.0.0.1:8/w/home', 'http://127.0.0.1:8/w/home'],
  ] as const)('%s', ([, text, seen]) => expect(seenText(text, map)).toBe(seen))
})

describe('saying why bubblewrap does not start', () => {
  it.for([
    ['bwrap: No permissions to create new namespace, likely because…', 'user namespaces are blocked'],
    [
      'bwrap: Creating new namespace failed: nesting depth or max_*_namespaces exceeded (ENOSPC)',
      'limit of user namespaces',
    ],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", 'masks /proc'],
    ['bwrap: setting up uid map: Permission denied', 'restricts unprivileged user namespaces'],
    ['bwrap: Creating new namespace failed: Resource temporarily unavailable', 'process limit'],
    ['bwrap: something new', 'something new'],
  ] as const)('%s', ([stderr, words]) => expect(explainFailure(stderr)).toContain(words))
})
