/** The Dockerfile, read and, as far as this machine can without a container engine, built and run. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/bench-fleet.ts'
import { execForm, lastOf } from '../support/dockerfile.ts'
import { bubbleArgs, dockerfile, finalStage, hasBubblewrap, imageFiles } from '../support/image.ts'
import { freePorts, repository } from '../support/product.ts'

let folder: string
beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle.ts', '--if-stale'], { cwd: repository })
  if (status !== 0) throw new Error(String(stderr))
  folder = await mkdtemp(join(tmpdir(), 'workshop-image-'))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const read = (path: string) => readFile(join(repository, path), 'utf8')
const filesOf = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

describe('the Dockerfile', () => {
  it('builds on the Node that everything is tested with', async () => {
    const { devDependencies } = JSON.parse(await read('package.json'))
    expect(dockerfile()[0]?.base).toBe(`node:${devDependencies.node}-bookworm-slim`)
    expect(finalStage().base).toBe(`gcr.io/distroless/nodejs${devDependencies.node.split('.')[0]}-debian12:nonroot`)
  })

  it('ends in a user without rights, without a shell, and with nothing but files to copy', () => {
    const image = finalStage()
    const [uid, gid] = (lastOf(image, 'USER') ?? '').split(':').map(Number)
    expect(uid).toBeGreaterThan(0)
    expect(gid).toBeGreaterThan(0)
    expect(execForm(lastOf(image, 'ENTRYPOINT'))?.at(-1)).toBe('/app/server.js')
    expect(execForm(lastOf(image, 'CMD'))?.[0]).toBe('controller')
    const needsShell = image.instructions.filter(({ name }) => ['RUN', 'SHELL', 'HEALTHCHECK', 'ADD'].includes(name))
    expect(needsShell).toEqual([])
    for (const { name, flags } of image.instructions) if (name === 'COPY') expect(flags).toContain('--chown=0:0')
  })

  it('copies what the bundle makes', async () => {
    const [[from = '', to] = []] = imageFiles(finalStage())
    expect(to).toBe('/app')
    expect(await filesOf(from)).toEqual(expect.arrayContaining(['package.json', 'server.js', 'dist/worker/app.yaml']))
  })

  it('is the user of the chart', async () => {
    const deployment = await read('charts/workshop-operator/templates/deployment.yaml')
    const [uid, gid] = (lastOf(finalStage(), 'USER') ?? '').split(':')
    expect(deployment).toContain(`runAsUser: ${uid}`)
    expect(deployment).toContain(`runAsGroup: ${gid}`)
  })
})

describe('.dockerignore', () => {
  it('lets in all that the build reads, and no more', async () => {
    const rules = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const context = join(folder, 'context')
    const { stdout } = spawnSync('git', ['ls-files'], { cwd: repository, encoding: 'utf8' })
    const kept = stdout.split('\n').filter((path) => path !== '' && isKept(path, rules))
    for (const path of kept) await cp(join(repository, path), join(context, path))
    await symlink(join(repository, 'node_modules'), join(context, 'node_modules'))
    const built = spawnSync(process.execPath, ['scripts/bundle.ts'], { cwd: context, encoding: 'utf8' })
    expect(built.status, built.stderr).toBe(0)
    const [[here = ''] = []] = imageFiles(finalStage())
    expect(await filesOf(join(context, 'dist', 'controller'))).toEqual(await filesOf(here))
    for (const manifest of ['contracts', 'controller', 'worker', 'console', 'emulator'])
      expect(kept, 'npm ci wants every workspace').toContain(`${manifest}/package.json`)
    const others = [
      '.git/config',
      'test/x.ts',
      'a.token',
      'worker/b.token',
      'controller/.env',
      'worker/node_modules/x.js',
    ]
    expect(others.filter((path) => isKept(path, rules))).toEqual([])
  }, 120_000)
})

describe.skipIf(!hasBubblewrap())('the image, run', () => {
  it('tells its version', () => {
    const { stdout, stderr } = spawnSync('bwrap', bubbleArgs({ args: ['--version'] }), { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('keeps a folder true with a read-only root and answers its probes', async () => {
    const [metrics, probes] = await freePorts(2)
    await mkdir(join(folder, 'workshops'))
    const addresses = ['--metrics-bind-address', `127.0.0.1:${metrics}`, '--health-probe-bind-address', `:${probes}`]
    const run = {
      args: ['controller', '--source', 'dir:/workshops', '--port', '0', ...addresses],
      scratch: ['/var/lib/workshop-operator'],
      mounts: [[join(folder, 'workshops'), '/workshops']] as const,
    }
    const child: ChildProcess = spawn('bwrap', bubbleArgs(run), { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (printed += text))
    try {
      const ask = async (port: number | undefined, path: string) =>
        (await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined))?.status
      await until(
        'readiness',
        () => ask(probes, '/readyz'),
        (status) => status === 200,
        60_000,
      )
      expect(await ask(probes, '/healthz')).toBe(200)
      expect(await ask(metrics, '/metrics')).toBe(200)
      expect(printed).toContain('controller runs')
      expect(printed).not.toMatch(/EROFS|ENOENT|Error/)
    } finally {
      // Its first process is node itself, as in a container, so the signal must be heard without a shell's help.
      const inner = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout.trim()
      if (inner !== '') process.kill(Number(inner), 'SIGTERM')
    }
    expect(await ended).toBe(0)
  }, 120_000)
})

/** The last rule that fits decides; a rule for a folder is one for all in it. */
function isKept(path: string, rules: readonly string[]): boolean {
  let kept = true
  for (const rule of rules) {
    const pattern = rule
      .replace(/^!/, '')
      .replace(/[.+]/g, '\\$&')
      .replace(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(?:.*/)?'))
    if (new RegExp(`^${pattern}(?:/.*)?$`).test(path)) kept = rule.startsWith('!')
  }
  return kept
}
