/**
 * Carries out the commands of a page as a reader would: in a working copy of this repository, with a workspace (the
 * emulator, its apps running nowhere) in the environment. Each page starts with an empty workspace.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WorkshopView } from '../../contracts/fleet-api.ts'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { isReady, until } from '../support/bench-fleet.ts'
import { freePorts, repository } from '../support/product.ts'

/** Written to, so each page has its own. */
const copied = ['examples', 'workshops']
const commandLimitMs = 90_000
/** What `npm run workshop --` stands for; npm's own start would be half of the time. A test holds it to package.json. */
export const workshopScript = 'node controller/cli/main.ts'

export interface PageRun {
  readonly bench: Bench
  readonly folder: string
  /** Runs one command line with bash; throws with what it printed when it exits with anything but 0. */
  readonly run: (command: string) => Promise<string>
  /** Starts `npm run workshop -- controller …` on a free port and waits until its Workshops are Ready. */
  readonly startController: (command: string) => Promise<void>
  readonly stopController: () => Promise<void>
  /** Apps, scopes, tokens and files of ours that the workspace still holds. */
  readonly leftovers: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export async function startPage(people: readonly string[]): Promise<PageRun> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-docs-'))
  const work = join(folder, 'work')
  const stateDir = join(folder, 'state')
  await makeWorkingCopy(work)
  const bench = await startBench({ users: people.map((email) => ({ email, displayName: email })) })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    NO_COLOR: '1',
    // Whoever reads has told git who they are.
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) => [
        [`GIT_${role}_NAME`, 'Ada'],
        [`GIT_${role}_EMAIL`, 'ada@example.com'],
      ]),
    ),
    DATABRICKS_HOST: bench.emulator.url,
    DATABRICKS_TOKEN: adminToken,
    WORKSHOP_STATE_DIR: stateDir,
  }
  const launch = (command: string) =>
    spawn('bash', ['-euo', 'pipefail', '-c', command.replace(/^npm run workshop --/, workshopScript)], {
      cwd: work,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const run = async (command: string) => {
    const child = launch(command)
    const timer = setTimeout(() => kill(child, 'SIGKILL'), commandLimitMs)
    const { code, printed } = await ended(child)
    clearTimeout(timer)
    if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${printed}`)
    return printed
  }
  let controller: ChildProcess | undefined
  const stopController = async () => {
    if (!controller) return
    const { code } = await interrupt(controller)
    controller = undefined
    if (code !== 0) throw new Error(`the controller ended with ${code}`)
  }
  return {
    bench,
    folder: work,
    run,
    startController: async (command) => {
      const [port] = await freePorts(1)
      controller = launch(command.replace(/--port \d+/, `--port ${port}`))
      await until('a controller whose Workshops are Ready', () => views(stateDir), allReady, commandLimitMs)
    },
    stopController,
    leftovers: () => leftovers(bench),
    close: async () => {
      if (controller) kill(controller, 'SIGKILL')
      await bench.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits for the end of a process; `printed` is both of its streams. */
export function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly printed: string }> {
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, printed }))
  })
}

/** Ctrl-C as a terminal sends it: to the whole process group. */
export function interrupt(child: ChildProcess): Promise<{ readonly code: number | null; readonly printed: string }> {
  const end = ended(child)
  kill(child, 'SIGINT')
  return end
}

function kill(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It ended in between.
  }
}

async function makeWorkingCopy(work: string): Promise<void> {
  await mkdir(work)
  for (const name of await readdir(repository)) {
    if (copied.includes(name)) await cp(join(repository, name), join(work, name), { recursive: true })
    else if (name !== '.git') await symlink(join(repository, name), join(work, name))
  }
  await git(work, `git init -q && git remote add origin ${await makeOrigin(work)}`)
}

/** What the working copy was cloned from and its branch main is deployed from: enough of this repository to be an app. */
async function makeOrigin(work: string): Promise<string> {
  const origin = `${work}.git`
  await mkdir(origin)
  await cp(join(repository, 'app.yaml'), join(origin, 'app.yaml'))
  await git(origin, 'git init -qb main && git add . && git -c user.name=a -c user.email=a@example.com commit -qm one')
  return origin
}

async function git(cwd: string, commands: string): Promise<void> {
  const { code, printed } = await ended(spawn('bash', ['-ec', commands], { cwd }))
  if (code !== 0) throw new Error(printed)
}

async function views(stateDir: string): Promise<readonly WorkshopView[]> {
  const text = await readFile(join(stateDir, 'controller.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  const { url, key } = JSON.parse(text) as { readonly url: string; readonly key: string }
  const answer = await fetch(`${url}/api/workshops`, { headers: { authorization: `Bearer ${key}` } })
  return (await answer.json()) as readonly WorkshopView[]
}

const allReady = (found: readonly WorkshopView[]) => found.length > 0 && found.every(isReady)

async function leftovers(bench: Bench): Promise<readonly string[]> {
  const list = async (path: string, key: string, nameOf: (item: Record<string, string>) => string) =>
    (((await bench.get(path)).json[key] ?? []) as readonly Record<string, string>[]).map(nameOf)
  const home = '/Workspace/Users/operator@workshop.test'
  const [apps, scopes, tokens, files] = await Promise.all([
    list('/api/2.0/apps', 'apps', ({ name }) => `app ${name}`),
    list('/api/2.0/secrets/scopes/list', 'scopes', ({ name }) => `scope ${name}`),
    list('/api/2.0/token/list', 'token_infos', ({ comment }) => `token ${comment}`),
    list(`/api/2.0/workspace/list?path=${home}/.workshop-operator`, 'objects', ({ path }) => `file ${path}`),
  ])
  return [...apps, ...scopes, ...tokens.filter((name) => name.includes('workshop-operator')), ...files]
}
