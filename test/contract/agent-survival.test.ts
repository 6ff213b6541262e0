/** A worker dies in the middle of a conversation with a real agent: the screen is back, and the agent remembers. */
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { aFleet } from '../../worker/fleet/fleet.fixture.ts'
import { runProgram } from '../../worker/program.fixture.ts'
import { openTerminal } from '../../worker/terminal-client.fixture.ts'

const ada = 'ada@example.com'
const fleet = aFleet({
  workers: aFleet().workers.slice(0, 1),
  sessions: { ...aFleet().sessions, isolation: 'trusted' },
})
const runs: Awaited<ReturnType<typeof runProgram>>[] = []
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()))
})

/** Where an earlier run of the product has installed Claude Code; the browser suite does. */
function installed(): string | undefined {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'workshop-operator', 'installs')
  const folders = existsSync(cache) ? readdirSync(cache).map((name) => join(cache, name)) : []
  return folders.find((folder) => existsSync(join(folder, 'node_modules', '@anthropic-ai', 'claude-code')))
}

async function start(cwd: string, home?: string) {
  const run = await runProgram({
    ...{ node: process.execPath, cwd, appName: 'first-worker-1', fleet: () => fleet },
    file: fileURLToPath(new URL('../../worker/main.ts', import.meta.url)),
    ...(home === undefined ? {} : { home }),
  })
  runs.push(run)
  const attach = (session: string) =>
    openTerminal({ port: run.port, session, headers: { ...run.headersOf(ada), origin: run.origin } })
  return { ...run, attach }
}

/** Sequences that move the cursor between words, and blanks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins what is looked for.
const between = /\u001b\[[\d;?]*[A-Za-z]|\s/g
const words = (text: string) => text.replaceAll(between, '')

describe.runIf(process.platform === 'linux')('Claude Code', () => {
  it('goes on with its conversation after the worker was killed', async ({ skip }) => {
    const folder = installed()
    if (folder === undefined) return skip('Claude Code is installed by the browser suite, which did not run here yet')
    const first = await start(folder)
    const wish = { method: 'POST', body: JSON.stringify({ agent: 'claude' }) }
    const opened = (await (await first.call(ada, '/api/sessions', wish)).json()) as { id: string; isolation: string }
    // Without walls nothing may lie about for the next person.
    if (opened.isolation === 'open') return skip('there are no walls here')
    const terminal = await first.attach(opened.id)
    await terminal.see(/❯|\u00e2\u009d\u00af/)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    terminal.type('remember the forty-two beans')
    await new Promise((resolve) => setTimeout(resolve, 500))
    terminal.type('\r')
    const until = async (what: string, condition: () => boolean) => {
      for (let i = 0; !condition(); i++) {
        if (i > 600) throw new Error(`never came true: ${what}; the terminal has\n${terminal.text().slice(-3_000)}`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    await until('an answer', () => words(terminal.text()).includes('APIError'))
    // Half a second behind at most.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await first.crash()

    const second = await start(folder, first.home)
    const ended = await second.attach(opened.id)
    const hasExit = () => ended.frames.some(({ type }) => type === 'exit')
    await until('the end of the first life', hasExit)
    expect(words(ended.text())).toContain('forty-twobeans')
    ended.close()
    expect((await second.call(ada, `/api/sessions/${opened.id}/restart`, { method: 'POST' })).status).toBe(200)
    const again = await second.attach(opened.id)
    await until('the conversation', () => words(again.text()).includes('remembertheforty-twobeans'))
    again.close()
  })
})
