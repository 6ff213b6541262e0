/** A repository over ssh, with a key and the host key that is known: a real sshd, the real ssh, the real git. */
import { dirname, join } from 'node:path'
import { parseWorkshop } from '@workshop/contracts/validate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultGitPolicy, gitSource } from '../../../controller/sources/git/git.ts'
import type { Source } from '../../../controller/sources/source.ts'
import { until } from '../../support/bench-fleet.ts'
import { hasSshd, type SshServer, startSshServer } from '../../support/ssh-server.ts'
import { type GitBench, spec, specs, startGitBench } from './bench.ts'

/** On a machine of one's own it may be missing; under CI it is installed (.ci/run). */
describe.runIf(hasSshd() || process.env['CI'])('over ssh', () => {
  let bench: GitBench
  let ssh: SshServer
  const sources: Source[] = []
  beforeEach(async () => {
    bench = await startGitBench(specs('one'))
    ssh = await startSshServer()
  })
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.stop()
    await ssh.close()
    await bench.close()
  })

  const open = async (key: string, hosts: string) => {
    const options = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'BatchMode=yes', `UserKnownHostsFile=${hosts}`]
    const source = gitSource({
      text: `${ssh.url}${join(dirname(bench.server.work), 'room.git')}#main`,
      stateDir: bench.stateDir,
      env: {
        PATH: process.env['PATH'],
        HOME: bench.stateDir,
        GIT_SSH_COMMAND: `ssh -F none -i ${key} ${options.map((each) => `-o ${each}`).join(' ')}`,
      },
      parse: parseWorkshop,
      policy: { ...defaultGitPolicy, intervalMs: 60, timeoutMs: 20_000 },
    })
    sources.push(source)
    await source.start(() => undefined)
    return source
  }

  it('brings and follows specs', async () => {
    const source = await open(ssh.key, ssh.knownHosts)
    expect(source.problems()).toEqual([])
    expect(source.keys()).toEqual(['default/one'])
    await bench.server.push({ 'one.workshop.yaml': spec('one', { users: 'grace@example.com' }) })
    await until(
      'the change',
      () => source.get('default/one')?.workshop.spec.participants.users,
      (users) => users?.[0] === 'grace@example.com',
      20_000,
    )
  })

  it('says why when the key is not let in, and when the host is another one', async () => {
    const stranger = await open(ssh.strangersKey, ssh.knownHosts)
    expect(stranger.problems()[0]).toMatchObject({
      code: 'WO-1170',
      message: expect.stringContaining('Permission denied'),
    })
    expect(stranger.keys()).toEqual([])
    const elsewhere = await open(ssh.key, ssh.wrongHosts)
    expect(elsewhere.problems()[0]).toMatchObject({
      code: 'WO-1170',
      message: expect.stringContaining('Host key verification failed'),
    })
  })
})
