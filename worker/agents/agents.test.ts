import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversationId } from './claude.ts'
import { binaryPackages } from './claude-binary.ts'
import { findAgents } from './registry.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agents-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function installClaude(): string {
  const [name = ''] = binaryPackages(process.platform, process.arch)
  const binary = join(folder, 'node_modules/@anthropic-ai', name, 'claude')
  mkdirSync(join(binary, '..'), { recursive: true })
  writeFileSync(binary, '')
  chmodSync(binary, 0o755)
  return binary
}
const context = () => ({
  sessionId: 's1',
  person: { email: 'ada@example.com', displayName: 'Ada' },
  home: join(folder, 'home'),
  project: join(folder, 'project'),
  gateway: { url: 'http://127.0.0.1:9', key: 'wsk_key' },
  models: { claude: 'databricks-claude-opus-4-6' },
})
const find = async (id: 'claude' | 'shell') => {
  const { agents } = await findAgents({ folders: [join(folder, 'dist')], workerPath: '/usr/bin' })
  const agent = agents.get(id)
  if (!agent) throw new Error(`no agent ${id}`)
  return agent
}

describe('Claude Code', () => {
  it('says what is missing when it is not installed', async () => {
    const info = await (await find('claude')).check()
    expect(info).toMatchObject({ available: false })
    expect(info.message).toContain('@anthropic-ai/claude-code')
  })

  it('is found beside the deployed program, without its install script', async () => {
    const binary = installClaude()
    expect(await (await find('claude')).check()).toMatchObject({ available: true, message: '' })
    expect((await (await find('claude')).launch(context())).file).toBe(binary)
  })

  it('begins a conversation first and resumes it when it was written down', async () => {
    installClaude()
    const claude = await find('claude')
    const id = conversationId('s1')
    expect((await claude.launch(context())).args).toEqual(['--session-id', id])
    const transcripts = join(context().home, '.claude/projects/-home-participant-project')
    mkdirSync(transcripts, { recursive: true })
    writeFileSync(join(transcripts, `${id}.jsonl`), '')
    expect((await claude.launch(context())).args).toEqual(['--resume', id])
  })

  it('keeps the state that Claude has rewritten', async () => {
    installClaude()
    const claude = await find('claude')
    await claude.prepare(context())
    writeFileSync(join(context().home, '.claude.json'), '{"mine":1}')
    await claude.prepare(context())
    expect(readFileSync(join(context().home, '.claude.json'), 'utf8')).toBe('{"mine":1}')
  })
})

describe('the environment of a session', () => {
  it.for([['claude'], ['shell']] as const)('of %s holds nothing of the worker', async ([id]) => {
    installClaude()
    process.env['DATABRICKS_CLIENT_SECRET'] = 'canary-of-the-worker'
    try {
      const { env } = await (await find(id)).launch(context())
      expect(JSON.stringify(env)).not.toContain('canary-of-the-worker')
      expect(env).toMatchObject({ DATABRICKS_HOST: 'http://127.0.0.1:9', DATABRICKS_TOKEN: 'wsk_key' })
      expect(Object.keys(env).filter((name) => name.startsWith('DATABRICKS_CLIENT'))).toEqual([])
    } finally {
      delete process.env['DATABRICKS_CLIENT_SECRET']
    }
  })
})
