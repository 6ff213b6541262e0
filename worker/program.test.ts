import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { aFleet } from './fleet/fleet.fixture.ts'
import { runProgram } from './program.fixture.ts'
import { openTerminal } from './terminal-client.fixture.ts'

type Run = Awaited<ReturnType<typeof runProgram>>
const runs: Run[] = []

/** One worker, on which everybody sits; sessions of people who trust one another, so that the test runs without bubblewrap. */
const fleet = aFleet({
  workers: aFleet().workers.slice(0, 1),
  sessions: { ...aFleet().sessions, isolation: 'trusted' },
})

async function start(home?: string): Promise<Run> {
  const run = await runProgram({
    node: process.execPath,
    file: fileURLToPath(new URL('main.ts', import.meta.url)),
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    appName: 'first-worker-1',
    fleet: () => fleet,
    ...(home === undefined ? {} : { home }),
  })
  runs.push(run)
  return run
}

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()))
})

const ada = 'ada@example.com'
const grace = 'grace@example.com'
const shell = { method: 'POST', body: JSON.stringify({ agent: 'shell' }) }

async function openShell(run: Run, email: string): Promise<string> {
  const answer = await run.call(email, '/api/sessions', shell)
  const body = (await answer.json()) as { id: string }
  expect([answer.status, body]).toMatchObject([201, { state: 'live' }])
  return body.id
}

const attach = (run: Run, email: string, session: string) =>
  openTerminal({ port: run.port, session, headers: { ...run.headersOf(email), origin: run.origin } })

describe.runIf(process.platform === 'linux')('a worker as a real process', () => {
  it('runs a shell for its owner alone, without any secret of the worker in sight', async () => {
    const run = await start()
    const id = await openShell(run, ada)
    await expect(attach(run, grace, id)).rejects.toThrow('refused with 404')
    const terminal = await attach(run, ada, id)
    terminal.type('env | sort; echo do""ne\n')
    await terminal.see(/done/)
    expect(terminal.text()).toContain('WORKSHOP_PARTICIPANT=ada@example.com')
    expect(terminal.text()).not.toMatch(/the-model-token|stub-secret|DATABRICKS_CLIENT/)
    expect(run.output()).not.toMatch(/the-model-token|stub-secret|stub-token/)
    terminal.close()
  })

  it('gives a process inside a session nothing for forged headers', async () => {
    const run = await start()
    const terminal = await attach(run, ada, await openShell(run, ada))
    const forged = Object.entries(run.headersOf(grace)).map(([name, value]) => `'${name}': '${value}'`)
    const script = `fetch('http://127.0.0.1:${run.port}/api/me', { headers: { ${forged} } }).then((a) => console.log('status=' + a.status))`
    terminal.type(`node -e "${script}"\n`)
    expect((await terminal.see(/status=(\d+)/))[1]).toBe('401')
    terminal.close()
  })

  it('gives such a process no terminal, under no address, on no connection used again', async () => {
    const run = await start()
    const foreign = await openShell(run, grace)
    const terminal = await attach(run, ada, await openShell(run, ada))
    const headers = {
      ...run.headersOf(grace),
      origin: run.origin,
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'term.v1',
    }
    const forge = ({
      port,
      id,
      addresses,
      headers,
    }: {
      port: number
      id: string
      addresses: string[]
      headers: object
    }) => {
      const http = process.getBuiltinModule('node:http')
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const ask = (host: string, path: string, more: object, own: typeof agent | false) =>
        new Promise((resolve) => {
          const call = http.get({ host, port, path, headers: { ...headers, ...more }, agent: own })
          call.on('response', (answer) => resolve(answer.resume().statusCode))
          call.on('upgrade', () => resolve('upgraded'))
          call.on('error', () => resolve('closed'))
        })
      const all = async () => {
        const seen = new Set<unknown>()
        for (const host of addresses) {
          for (const path of ['/healthz', '/api/sessions', '/api/me'])
            seen.add(await ask(host, path, { connection: 'keep-alive', upgrade: '' }, agent))
          seen.add(await ask(host, `/api/sessions/${id}/terminal`, { connection: 'Upgrade' }, false))
        }
        console.log(`all=${[...seen].sort().join()};`)
        process.exit()
      }
      void all()
    }
    const own = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? [])
    const addresses = ['127.0.0.1', '0.0.0.0', '::ffff:127.0.0.1', '127.0.0.2', '::1', ...own]
    const script = `(${forge})(${JSON.stringify({ port: run.port, id: foreign, addresses, headers })})`
    terminal.type(
      `cat > forge.b64 <<'END'\n${Buffer.from(script)
        .toString('base64')
        .replace(/.{200}/g, '$&\n')}\nEND\n`,
    )
    terminal.type('base64 -d forge.b64 > forge.js; node forge.js\n')
    expect((await terminal.see(/all=([^;$]+);/))[1]).toMatch(/^401(,closed)?$/)
    terminal.close()
  })

  it('says how a program ended and runs it again', async () => {
    const run = await start()
    const id = await openShell(run, ada)
    const terminal = await attach(run, ada, id)
    terminal.type('exit 7\n')
    while (!terminal.frames.some(({ type }) => type === 'exit')) await new Promise((resolve) => setTimeout(resolve, 10))
    const list = await run.call(ada, '/api/sessions')
    expect(await list.json()).toMatchObject([{ id, state: 'exited', exit: { code: 7, signal: 0 } }])
    const again = await run.call(ada, `/api/sessions/${id}/restart`, { method: 'POST' })
    expect([again.status, await again.json()]).toMatchObject([200, { state: 'live' }])
    const second = await attach(run, ada, id)
    second.type('echo ba""ck\n')
    await second.see(/back/)
    second.close()
  })

  it('leaves no process and no home when a session is removed', async () => {
    const run = await start()
    const id = await openShell(run, ada)
    const terminal = await attach(run, ada, id)
    terminal.type('(setsid sleep 321 &) ; nohup sleep 321 >/dev/null 2>&1 & echo up""up\n')
    await terminal.see(/upup/)
    // The shell goes on before what it started has become another program.
    await expect.poll(() => sleepers('321').length).toBe(2)
    expect((await run.call(ada, `/api/sessions/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect(sleepers('321')).toEqual([])
    expect(await terminal.closed).toBe(1000)
    expect(await (await run.call(ada, '/api/sessions')).json()).toEqual([])
  })

  it('has sessions back with their last screen after a crash, to be restarted by their owner alone', async (test) => {
    const first = await start()
    const id = await openShell(first, ada)
    const [info] = (await (await first.call(ada, '/api/sessions')).json()) as { isolation: string }[]
    // Without walls nothing may lie about for the next person.
    if (info?.isolation === 'open') test.skip()
    const terminal = await attach(first, ada, id)
    terminal.type('cd project; echo kept > file; echo last wo""rds\n')
    await terminal.see(/last words/)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await first.crash()
    const second = await start(first.home)
    expect(await (await second.call(ada, '/api/sessions')).json()).toMatchObject([{ id, state: 'exited' }])
    await expect(attach(second, grace, id)).rejects.toThrow('refused with 404')
    const ended = await attach(second, ada, id)
    await ended.see(/last words/)
    while (!ended.frames.some(({ type }) => type === 'exit')) await new Promise((resolve) => setTimeout(resolve, 10))
    expect((await second.call(ada, `/api/sessions/${id}/restart`, { method: 'POST' })).status).toBe(200)
    const again = await attach(second, ada, id)
    again.type('cat project/file; cat file\n')
    await again.see(/kept/)
    again.close()
  })

  it('tells viewers, ends everything and leaves within the time the platform gives', async () => {
    const run = await start()
    const terminal = await attach(run, ada, await openShell(run, ada))
    terminal.type(`trap '' HUP TERM; sleep 322 & (setsid sleep 322 &); nohup setsid sleep 322 & echo up""up\n`)
    await terminal.see(/upup/)
    const { code, ms } = await run.stop()
    expect(await terminal.closed).toBe(1012)
    expect(terminal.frames).toContainEqual({ type: 'event', event: expect.objectContaining({ kind: 'draining' }) })
    expect(code).toBe(0)
    expect(ms).toBeLessThan(12_000)
    expect(sleepers('322')).toEqual([])
    expect(existsSync(run.home)).toBe(false)
  })
})

describe('a worker that cannot start', () => {
  it('says which variables are missing', async () => {
    const file = fileURLToPath(new URL('main.ts', import.meta.url))
    const child = spawn(process.execPath, [file], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(child.stdout, 'data')
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
    expect(code).toBe(1)
    expect(String(line)).toMatch(/DATABRICKS_HOST.*WORKSHOP_FLEET_FILE/)
  })
})

/** Processes that run `sleep <seconds>`. */
function sleepers(seconds: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1') === `sleep\0${seconds}\0`
    } catch {
      return false
    }
  })
}
