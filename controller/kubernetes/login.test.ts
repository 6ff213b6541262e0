import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCluster } from './login.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workshop-login-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A kubeconfig in which everything is called `name`. */
async function file(
  path: string,
  name: string,
  { server = `https://${name}.example.com`, user = {}, current = name } = {},
) {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-space` } }],
    ...(current === '' ? {} : { 'current-context': current }),
  })
  await writeFile(join(folder, path), text)
  return join(folder, path)
}
const found = (env: Readonly<Record<string, string>>) => findCluster({ env: { HOME: folder, ...env } })
const authorization = async (login: Awaited<ReturnType<typeof found>>) => {
  const options: RequestOptions = { headers: {} }
  await login.apply(options)
  return (options.headers as Record<string, string>)['Authorization']
}

describe('which cluster, and as whom', () => {
  it('is what the first of several files says', async () => {
    const first = await file('first', 'same')
    const second = await file('second', 'same', { server: 'https://other.example.com' })
    const third = await file('third', 'third')
    const login = await found({ KUBECONFIG: [first, join(folder, 'absent'), second, third].join(':') })
    expect(login.server.href).toBe('https://same.example.com/')
    expect(login.namespace).toBe('same-space')
  })

  it('takes the context from the first file that names one', async () => {
    const first = await file('first', 'first', { current: '' })
    const second = await file('second', 'second')
    const third = await file('third', 'third')
    expect((await found({ KUBECONFIG: `${first}:${second}:${third}` })).namespace).toBe('second-space')
  })

  it('reads a token file beside its kubeconfig for every call', async () => {
    const config = await file('config', 'pod', { user: { tokenFile: 'token' } })
    await writeFile(join(folder, 'token'), 'one\n')
    const login = await found({ KUBECONFIG: config })
    expect(await authorization(login)).toBe('Bearer one')
    await writeFile(join(folder, 'token'), 'two\n')
    expect(await authorization(login)).toBe('Bearer two')
  })

  it('is never a cluster that nothing names', async () => {
    await expect(found({})).rejects.toThrow(/WO-3004/)
    await expect(found({ KUBECONFIG: join(folder, 'absent') })).rejects.toThrow(/WO-3004/)
    const none = await file('none', 'none', { current: '' })
    await expect(found({ KUBECONFIG: none })).rejects.toThrow(/WO-3004/)
  })
})
