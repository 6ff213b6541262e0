import { describe, expect, it } from 'vitest'
import { clientCredentials } from './client-credentials.ts'
import { isLoopbackName } from './loopback.ts'
import { readWorkspaceFile } from './workspace-file.ts'
import type { WorkspaceAnswer, WorkspaceCall } from './workspace-request.ts'

function workspace(answer: (call: WorkspaceCall, tokens: number) => WorkspaceAnswer) {
  let clock = 0
  let tokens = 0
  const calls: WorkspaceCall[] = []
  const call = async (request: WorkspaceCall): Promise<WorkspaceAnswer> => {
    calls.push(request)
    if (!request.url.endsWith('/oidc/v1/token')) return answer(request, tokens)
    tokens++
    return { status: 200, body: JSON.stringify({ access_token: `token-${tokens}`, expires_in: 3600 }) }
  }
  const workspaceUrl = 'https://workspace.example'
  const source = clientCredentials({ workspaceUrl, clientId: 'id', clientSecret: 's', call, now: () => clock })
  return { workspaceUrl, tokens: source, call, calls, setClock: (ms: number) => (clock = ms) }
}

describe("the app's own token", () => {
  it('is fetched once for all who ask at the same time', async () => {
    const { tokens, calls } = workspace(() => ({ status: 200, body: '' }))
    expect(await Promise.all([tokens.token(), tokens.token(), tokens.token()])).toEqual(Array(3).fill('token-1'))
    expect(calls).toHaveLength(1)
  })

  it('is renewed after two thirds of its life', async () => {
    const { tokens, setClock } = workspace(() => ({ status: 200, body: '' }))
    await tokens.token()
    setClock(2_399_000)
    expect(await tokens.token()).toBe('token-1')
    setClock(2_401_000)
    expect(await tokens.token()).toBe('token-2')
  })

  it('is fetched anew, once, when a read is answered with 401', async () => {
    const files = workspace(({ headers }) =>
      headers['authorization'] === 'Bearer token-2' ? { status: 200, body: 'text' } : { status: 401, body: '' },
    )
    expect(await readWorkspaceFile(files, '/Shared/a b.json')).toBe('text')
    expect(files.calls.at(-1)?.url).toContain('path=%2FShared%2Fa+b.json')
  })

  it.for([
    [404, 'WO-4011'],
    [403, 'WO-2003'],
    [401, 'WO-2002'],
    [500, 'WO-2090'],
  ] as const)('a read answered with %i is %s', async ([status, code]) => {
    const files = workspace(() => ({ status, body: 'secret words' }))
    await expect(readWorkspaceFile(files, '/f')).rejects.toMatchObject({ code })
  })
})

describe('names of this machine', () => {
  it.for([
    ['localhost', true],
    ['hub.apps.localhost', true],
    ['LOCALHOST.', true],
    ['127.3.4.5', true],
    ['[::1]', true],
    ['localhost.evil.example', false],
    ['evillocalhost', false],
    ['127.0.0.1.evil.example', false],
  ] as const)('%s: %s', ([name, loopback]) => {
    expect(isLoopbackName(name)).toBe(loopback)
  })
})
