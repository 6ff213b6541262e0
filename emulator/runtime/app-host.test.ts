import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppLaunch } from '../app-host.ts'
import { type AppHostOptions, createAppHost, type LocalAppHost } from './app-host.ts'
import { readProcesses } from './process-family.ts'

/** Answers /env with its variables, /crash with its end, and starts a child that tries to outlive it. */
const server = `
import { createServer } from 'node:http'
import { spawn } from 'node:child_process'
process.on('SIGTERM', () => { console.log('closing politely'); setTimeout(() => process.exit(0), 30) })
const hang = "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1000)"
createServer((request, response) => {
  if (request.url === '/crash') { console.error('it broke'); process.exit(7) }
  if (request.url === '/escape') {
    const child = spawn(process.execPath, ['-e', hang], { detached: true, stdio: 'inherit' })
    return response.end(String(child.pid))
  }
  if (request.url === '/daemon') {
    const code = 'console.log(require("node:child_process").spawn(process.execPath, ["-e", ' + JSON.stringify(hang) + '], { detached: true, stdio: "ignore" }).pid); process.exit()'
    return spawn(process.execPath, ['-e', code]).stdout.once('data', (pid) => response.end(String(pid)))
  }
  response.end(JSON.stringify({ env: process.env, argv: process.argv.slice(2), ppid: process.ppid }))
}).listen(process.env.DATABRICKS_APP_PORT, '127.0.0.1', () => console.log('listening'))
`

let folder: string
let host: LocalAppHost | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-host-'))
})

afterEach(async () => {
  await host?.close()
  host = undefined
  await rm(folder, { recursive: true, force: true })
})

const start = (options: AppHostOptions = {}) => {
  host = createAppHost({ cacheDir: join(folder, 'cache'), stopGraceMs: 300, ...options })
  return host
}

async function source(name: string, files: Record<string, string>): Promise<string> {
  const dir = join(folder, name)
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, file)), { recursive: true })
    await writeFile(join(dir, file), text)
  }
  return dir
}

const launchOf = (sourceDir: string, rest: Partial<AppLaunch> = {}): AppLaunch => ({
  app: 'demo',
  deploymentId: 'd1',
  sourceDir,
  envVars: [],
  platformEnv: {},
  resourceValue: () => undefined,
  onProgress: () => undefined,
  onExit: () => undefined,
  ...rest,
})

const nodeApp = { 'app.yaml': 'command: [node, server.mjs]', 'server.mjs': server }

const ask = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()

/** Zombies do not count: in a container nobody may collect them. */
const lives = (pid: number) => readProcesses().some((row) => row.pid === pid)

describe('starting an app', () => {
  it('gives it the documented variables, its own home and nothing of the emulator', async () => {
    const sourceDir = await source('a', {
      'server.mjs': server,
      'app.yaml': `
command: [node, server.mjs, --port=$DATABRICKS_APP_PORT, $UNKNOWN]
env:
  - { name: COLOUR, value: blue }
  - { name: SIZE, value: 3 }
  - { name: KEY, valueFrom: claude-pat }`,
    })
    const app = await start({ machine: { ...process.env, SECRET_OF_EMULATOR: 'x' } }).launch(
      launchOf(sourceDir, {
        envVars: [{ name: 'COLOUR', value: 'green' }],
        platformEnv: { DATABRICKS_APP_NAME: 'demo' },
        resourceValue: (name) => (name === 'claude-pat' ? 'dapi-1' : undefined),
      }),
    )
    const seen = JSON.parse(await ask(app.port, '/env'))
    expect(seen.argv).toEqual([`--port=${app.port}`, '$UNKNOWN'])
    expect(seen.ppid).toBe(process.pid)
    expect(seen.env).toMatchObject({ COLOUR: 'green', SIZE: '3', KEY: 'dapi-1', DATABRICKS_APP_NAME: 'demo' })
    expect(seen.env).toMatchObject({ HOME: join(sourceDir, '.home'), PORT: String(app.port) })
    const known =
      /^(COLOUR|SIZE|KEY|HOME|LANG|PATH|PORT|PYTHONUNBUFFERED|(DATABRICKS|UVICORN|FLASK|GRADIO|STREAMLIT)_\w+)$/
    expect(Object.keys(seen.env).filter((name) => !known.test(name))).toEqual([])
  })

  it.for([
    ['a missing resource', 'env: [{name: KEY, valueFrom: nope}]', /resolving resource nope .* variable KEY/],
    ['the spelling of the API', 'env: [{name: KEY, value_from: nope}]', /spells it valueFrom/],
    ['a command for a shell', 'command: node server.mjs', /must be a list/],
    ['broken YAML', 'command: [', /app.yaml is not valid YAML/],
    ['no command at all', 'env: []', /No command to run/],
    ['a program that is not there', 'command: [no-such-program]', /no-such-program cannot be started/],
  ] as const)('fails the deployment and says why: %s', async ([, yaml, message]) => {
    const sourceDir = await source('b', { 'app.yaml': yaml })
    await expect(start().launch(launchOf(sourceDir))).rejects.toThrow(message)
  })

  it('fails with the last lines when it crashes before it listens', async () => {
    const sourceDir = await source('c', {
      'app.yaml': 'command: [node, -e, "console.log(`no database`); process.exit(3)"]',
    })
    const onExit = () => expect.fail('a failed start is no exit')
    await expect(start().launch(launchOf(sourceDir, { onExit }))).rejects.toThrow(/exit code 3: no database/)
    expect(host?.logs('demo').map((line) => line.message)).toContain('no database')
  })

  it('fails when it never listens, and leaves no process', async () => {
    const sourceDir = await source('d', {
      'app.yaml': 'command: [node, -e, "console.log(process.pid);setInterval(()=>{},999)"]',
    })
    await expect(start({ startTimeoutMs: 400 }).launch(launchOf(sourceDir))).rejects.toThrow(/did not listen on port/)
    const pid = Number(host?.logs('demo').find((line) => line.source === 'APP')?.message)
    expect(lives(pid)).toBe(false)
  })

  it('stops what it replaces after the build and before the new process', async () => {
    const files = { ...nodeApp, 'package.json': '{"scripts":{"build":"node -e 0"}}' }
    const old = await start().launch(launchOf(await source('e1', nodeApp)))
    const steps: string[] = []
    const beforeStart = async () => {
      await old.stop()
      steps.push('stopped')
    }
    const onProgress = (message: string) => steps.push(message)
    await host?.launch(launchOf(await source('e2', files), { beforeStart, onProgress }))
    expect(steps.filter((step) => !step.includes(':'))).toEqual([
      'Installing dependencies',
      'Building app',
      'stopped',
      'Starting app',
    ])
  })

  it('can be cancelled while it starts', async () => {
    const sourceDir = await source('e', { 'app.yaml': 'command: [node, -e, "setInterval(()=>{},999)"]' })
    const cancel = new AbortController()
    const launch = start().launch(launchOf(sourceDir, { signal: cancel.signal }))
    cancel.abort()
    await expect(launch).rejects.toThrow('The deployment was cancelled')
  })
})

describe('ending an app', () => {
  it('lets it close politely, then ends what escaped its process group', async () => {
    const app = await start().launch(
      launchOf(await source('f', nodeApp), { onExit: () => expect.fail('a stop is no crash') }),
    )
    const escaped = [Number(await ask(app.port, '/escape')), Number(await ask(app.port, '/daemon'))]
    expect(escaped.map(lives)).toEqual([true, true])
    await app.stop()
    expect([app.pid, ...escaped].map(lives)).toEqual([false, false, false])
    expect(host?.logs('demo').map((line) => line.message)).toContain('closing politely')
  })

  it('tells of a crash, with its code and last lines, and ends what was left behind', async () => {
    const sourceDir = await source('g', nodeApp)
    let exited: AppLaunch['onExit'] = () => undefined
    const exiting = new Promise<Parameters<AppLaunch['onExit']>[0]>((resolve) => {
      exited = resolve
    })
    const app = await start().launch(launchOf(sourceDir, { onExit: exited }))
    const escaped = Number(await ask(app.port, '/escape'))
    await ask(app.port, '/crash').catch(() => undefined)
    const exit = await exiting
    expect(exit).toMatchObject({ code: 7, signal: null })
    expect(exit.lastLines.at(-1)).toBe('it broke')
    expect(lives(escaped)).toBe(false)
  })
})

describe('installing dependencies', () => {
  /** Stands for npm: counts its runs and writes one package. */
  async function countingNpm(): Promise<string> {
    const npm = join(folder, 'npm.mjs')
    const count = join(folder, 'runs')
    await writeFile(
      npm,
      `#!${process.execPath}
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(count)}, 'x')
mkdirSync('node_modules/left', { recursive: true })
setTimeout(() => writeFileSync('node_modules/left/index.js', 'export default 42'), 100)`,
    )
    await chmod(npm, 0o755)
    return npm
  }
  const manifest = '{"type":"module","dependencies":{"left":"1.0.0"}}'
  const files = { ...nodeApp, 'package.json': manifest }

  it('runs npm once for identical manifests, at the same time and later, and shares the files', async () => {
    const npm = await countingNpm()
    const dirs = await Promise.all(['h1', 'h2', 'h3'].map((name) => source(name, files)))
    const words: string[] = []
    const first = start({ npm })
    await Promise.all(
      dirs.slice(0, 2).map((dir) => first.launch(launchOf(dir, { onProgress: (word) => words.push(word) }))),
    )
    await first.close()
    await start({ npm }).launch(launchOf(dirs[2] ?? ''))
    expect(await readFile(join(folder, 'runs'), 'utf8')).toBe('x')
    const inodes = await Promise.all(dirs.map(async (dir) => (await stat(join(dir, 'node_modules/left/index.js'))).ino))
    expect(new Set(inodes).size).toBe(1)
    expect(words).toContain('Installing dependencies')
  })

  it('starts over when an earlier install was cut off', async () => {
    const npm = await countingNpm()
    const cutOff = start({ npm })
    const launch = cutOff.launch(launchOf(await source('i1', files)))
    launch.catch(() => undefined)
    await expect.poll(() => readFile(join(folder, 'runs'), 'utf8').catch(() => '')).toBe('x')
    await cutOff.close()
    await expect(launch).rejects.toThrow(/cancelled/)
    const dir = await source('i2', files)
    await start({ npm }).launch(launchOf(dir))
    expect(await readdir(join(dir, 'node_modules/left'))).toEqual(['index.js'])
  })

  it('uses the real npm, in the folder itself when the manifest points at local files, and runs the build script', async () => {
    const dir = await source('j', {
      'server.mjs': server,
      'package.json': JSON.stringify({
        name: 'demo',
        dependencies: { local: 'file:./local' },
        scripts: { build: 'node build.mjs', start: 'node server.mjs started' },
      }),
      'build.mjs': "import { writeFileSync } from 'node:fs'; writeFileSync('built', process.env.PORT)",
      'local/package.json': '{"name":"local","version":"1.0.0"}',
    })
    const app = await start().launch(launchOf(dir))
    expect(JSON.parse(await ask(app.port, '/')).argv).toEqual(['started'])
    expect(await readFile(join(dir, 'built'), 'utf8')).toBe(String(app.port))
    expect(await readdir(join(dir, 'node_modules'))).toContain('local')
    await app.stop()
    expect(lives(app.pid)).toBe(false)
  })

  it('says which step failed, with the end of its output', async () => {
    const dir = await source('k', { ...files, 'package.json': '{"scripts":{"build":"echo no compiler; exit 4"}}' })
    await expect(start().launch(launchOf(dir))).rejects.toThrow(/npm run build failed \(4\): .*no compiler/)
  })
})
