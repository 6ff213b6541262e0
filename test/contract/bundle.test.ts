/** The artefacts as they are deployed: built once, started with the platform's Node from an otherwise empty folder. */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleProgram } from '../../scripts/bundle/program.ts'
import { aFleet } from '../../worker/fleet/fleet.fixture.ts'
import { runProgram } from '../../worker/program.fixture.ts'
import { openTerminal } from '../../worker/terminal-client.fixture.ts'
import { startIdleWorkspace } from '../support/idle-workspace.ts'
import { node22 } from '../support/node22.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const started: Awaited<ReturnType<typeof runProgram>>[] = []
let folder = ''
let node = ''

beforeAll(async () => {
  await run(process.execPath, [join(root, 'scripts', 'bundle.ts'), '--if-stale'])
  folder = await mkdtemp(join(tmpdir(), 'artefact-'))
  for (const name of ['worker', 'controller'])
    await cp(join(root, 'dist', name), join(folder, name), { recursive: true })
  node = await node22()
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((program) => program.stop()))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const fleet = aFleet({
  workers: aFleet().workers.slice(0, 1),
  sessions: { ...aFleet().sessions, isolation: 'trusted' },
})

async function start(appName: string) {
  const cwd = join(folder, 'worker')
  const program = await runProgram({ node, file: join(cwd, 'server.js'), cwd, appName, fleet: () => fleet })
  started.push(program)
  return program
}

async function files(of: string): Promise<readonly string[]> {
  const entries = await readdir(of, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

const ada = 'ada@example.com'

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the worker artefact', () => {
  it('serves the console and a shell', async () => {
    const worker = await start('first-worker-1')
    const page = await (await worker.call(ada, '/')).text()
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? []
    const asset = await worker.call(ada, script)
    expect([asset.status, asset.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')])
    const order = { method: 'POST', body: JSON.stringify({ agent: 'shell' }) }
    const { id } = (await (await worker.call(ada, '/api/sessions', order)).json()) as { id: string }
    const headers = { ...worker.headersOf(ada), origin: worker.origin }
    const terminal = await openTerminal({ port: worker.port, session: id, headers })
    terminal.type('echo arti""fact\n')
    await terminal.see(/artifact/)
    const again = await openTerminal({ port: worker.port, session: id, headers })
    await again.see(/artifact/)
    expect(await worker.stop()).toMatchObject({ code: 0 })
  })

  it("is the hub under the hub's name", async () => {
    const hub = await start('first-hub')
    const answer = await hub.call(ada, '/')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'http://first-worker-1.apps.localhost:8080/?fleet=7',
    ])
  })

  it('pins what the platform installs', async () => {
    const manifest = JSON.parse(await readFile(join(folder, 'worker', 'package.json'), 'utf8'))
    const lock = JSON.parse(await readFile(join(folder, 'worker', 'package-lock.json'), 'utf8'))
    expect(manifest.dependencies).toEqual({ '@anthropic-ai/claude-code': '2.1.329' })
    expect(lock.packages[''].dependencies).toEqual(manifest.dependencies)
  })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the controller artefact', () => {
  it('checks a spec', async () => {
    const spec = join(folder, 'tiny.workshop.yaml')
    await writeFile(
      spec,
      'apiVersion: vibeworkshop.dev/v1alpha1\nkind: Workshop\nmetadata: {name: tiny}\nspec: {participants: {users: [ada@example.com]}}\n',
    )
    const server = join(folder, 'controller', 'server.js')
    await expect(run(node, [server, 'validate', '-f', spec])).resolves.toMatchObject({ stderr: '' })
    await writeFile(spec, 'kind: Workshop\n')
    await expect(run(node, [server, 'validate', '-f', spec])).rejects.toMatchObject({ code: 2 })
  })

  it('makes a Workshop true from a folder of specs', async () => {
    const token = 'dapi-artefact'
    const users = [{ email: ada }]
    await using workspace = await startIdleWorkspace({ token, users })
    const specs = await mkdtemp(join(folder, 'specs-'))
    const text = `apiVersion: vibeworkshop.dev/v1alpha1\nkind: Workshop\nmetadata: {name: tiny}\nspec: {participants: {users: [${ada}]}}\n`
    await writeFile(join(specs, 'tiny.workshop.yaml'), text)
    const args = ['controller', '--source', `dir:${specs}`, '--port', '0', '--state-dir', join(specs, 'state')]
    const env = { PATH: process.env['PATH'], HOME: specs, DATABRICKS_HOST: workspace.url, DATABRICKS_TOKEN: token }
    const controller = spawn(node, [join(folder, 'controller', 'server.js'), ...args], {
      cwd: specs,
      env,
      stdio: 'pipe',
    })
    let said = ''
    for (const stream of [controller.stdout, controller.stderr])
      stream.on('data', (text) => {
        said += text
      })
    try {
      await expect
        .poll(() => workspace.deployed(), { timeout: 60_000, message: said })
        .toEqual(['tiny-hub', 'tiny-worker-1'])
    } finally {
      const ended = new Promise<number | null>((resolve) => controller.once('close', resolve))
      controller.kill('SIGTERM')
      expect(await ended, said).toBe(0)
    }
  })
})

describe('all artefacts', () => {
  it('hold only files that the platform takes', async () => {
    for (const path of await files(folder)) expect([path, (await stat(path)).size < 10_485_760]).toEqual([path, true])
  })

  it('name no folder of the machine that built them', async () => {
    for (const path of await files(folder))
      if (/\.(js|json|html|css|yaml)$/.test(path))
        expect([path, (await readFile(path, 'utf8')).includes(root)]).toEqual([path, false])
  })

  it('are the same when they are built again', async () => {
    const again = join(folder, 'again')
    await bundleProgram(again, { server: join(root, 'worker', 'main.ts') })
    const hashes = await Promise.all(
      [again, join(folder, 'worker')].map(async (of) =>
        createHash('sha256')
          .update(await readFile(join(of, 'server.js')))
          .digest('hex'),
      ),
    )
    expect(hashes[0]).toBe(hashes[1])
  })
})
