import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, type ExpectStatic, expect, it } from 'vitest'
import { parse } from 'yaml'
import { until } from '../support/bench-fleet.ts'
import { repository, startProduct } from '../support/product.ts'
import { commandsOf, kindOf, shellBlocks } from './guide-page.ts'
import { ended, interrupt, type PageRun, startPage, workshopScript } from './page-run.ts'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const guides = readdirSync(join(repository, 'docs/guide')).map((name) => `docs/guide/${name}`)
const pages = ['README.md', ...guides]
const commandsIn = (page: string) => shellBlocks(read(page)).flatMap(commandsOf)
const everyCommand = pages.flatMap(commandsIn)
const people = [
  ...['ada', 'grace', 'katherine', 'edsger', 'barbara'].map((name) => `${name}@example.com`),
  ...(read('examples/lakehouse-day.roster.csv').match(/[\w.]+@example\.com/g) ?? []),
]

beforeAll(async () => {
  const { code, printed } = await ended(
    spawn(process.execPath, ['scripts/bundle.ts', '--if-stale'], { cwd: repository }),
  )
  if (code !== 0) throw new Error(printed)
})

/** Carries out what a page says, in its order; `beforeTheEnd` looks at what was made before it is destroyed. */
async function follow(
  run: PageRun,
  commands: readonly string[],
  {
    beforeTheEnd,
    reconciled,
  }: { readonly beforeTheEnd: () => Promise<void>; readonly reconciled: () => Promise<void> },
): Promise<void> {
  let isMade = false
  for (const command of commands) {
    const kind = kindOf(command)
    const destroys = /\bdestroy\b/.test(command)
    const confirms = /\bconfirm-removal\b/.test(command)
    if ((destroys || confirms) && !isMade) await beforeTheEnd()
    isMade ||= destroys || confirms
    if (confirms) await confirmed(run, command)
    // A controller that still has the file would make it all again, as the page says.
    if (destroys) await run.stopController()
    if (kind === 'controller') await run.startController(command)
    if (kind === 'run' && !confirms) await run.run(command)
    if (/\breconcile\b/.test(command)) await reconciled()
  }
  await run.stopController()
}

/** The controller learns of a removal a moment after it was told to look, and needs another one for the fleet. */
async function confirmed(run: PageRun, command: string): Promise<void> {
  const tried = () =>
    run.run(command).then(
      () => true,
      () => false,
    )
  await until('a removal to confirm', tried, Boolean, 60_000)
  await until('the end of the fleet', run.leftovers, (left) => left.length === 0, 60_000)
}

interface SeenApp {
  readonly name: string
  readonly app_status: { readonly state: string }
  readonly active_deployment: { readonly source_code_path?: string; readonly git_source?: { readonly branch: string } }
}

/** What stands before a page destroys it: road 1 from the bundle, road 2 from the branch, the token for its owner alone. */
const made: Readonly<Record<string, (run: PageRun, test: ExpectStatic) => Promise<void>>> = {
  'docs/guide/coming-from-a-script.md': async (run, check) => {
    const apps = (await run.bench.get('/api/2.0/apps?page_size=100')).json.apps as readonly SeenApp[]
    const workers = [...Array(10).keys()].map((index) => `vibe-worker-${index + 1}`)
    check(apps.map(({ name }) => name).sort()).toEqual(['solo-hub', 'solo-worker-1', 'vibe-hub', ...workers].sort())
    for (const { name, app_status, active_deployment } of apps) {
      check(app_status.state, name).toBe('RUNNING')
      check(active_deployment.git_source?.branch, name).toBe(name.startsWith('vibe') ? 'main' : undefined)
    }
    check((await stat(join(run.folder, 'vibe.workshop.token'))).mode & 0o777).toBe(0o600)
  },
  'docs/guide/without-a-cluster.md': async (run, check) => {
    // The removal is committed by now, and nobody has confirmed it.
    const workers = [1, 2, 3].map((ordinal) => `lakehouse-worker-${ordinal}`)
    check(await appNames(run)).toEqual(['lakehouse-hub', ...workers])
  },
}

/** What a reader would wait for after `reconcile`, before the next line. */
const effect: Readonly<Record<string, (run: PageRun) => Promise<unknown>>> = {
  'docs/guide/without-a-cluster.md': (run) =>
    until(
      'the third worker',
      () => appNames(run),
      (names) => names.includes('lakehouse-worker-3'),
      60_000,
    ),
}

async function appNames(run: PageRun): Promise<readonly string[]> {
  const apps = (await run.bench.get('/api/2.0/apps?page_size=100')).json.apps as readonly SeenApp[] | undefined
  return (apps ?? []).map(({ name }) => name).sort()
}

const isTried = (command: string) => ['run', 'controller'].includes(kindOf(command))

describe('the commands of', () => {
  for (const name of pages.filter((each) => commandsIn(each).some(isTried))) {
    it.concurrent(`${name} work as written and leave nothing behind`, async ({ expect: check }) => {
      const run = await startPage(people)
      try {
        const beforeTheEnd = async () => {
          const kinds = new Set((await run.leftovers()).map((each) => each.split(' ')[0]))
          check([...kinds].sort()).toEqual(['app', 'file', 'scope', 'token'])
          await made[name]?.(run, check)
        }
        await follow(run, commandsIn(name), {
          beforeTheEnd,
          reconciled: async () => void (await effect[name]?.(run)),
        })
        check(await run.leftovers()).toEqual([])
      } finally {
        await run.close()
      }
    })
  }
})

describe('the commands that run until stopped', () => {
  const starts = [...new Set(everyCommand.filter((command) => kindOf(command) === 'start'))]
  const argsOf = (command: string) => command.split(' ').slice(command.includes(' -- ') ? 3 : 2)
  const specOf = (command: string) =>
    argsOf(command).find((arg) => arg.endsWith('.yaml')) ?? 'examples/first.workshop.yaml'

  it.for([...new Set(starts.map(specOf))])('npm start gets %s ready and takes it down', async (spec) => {
    const given = starts.filter((command) => specOf(command) === spec).flatMap(argsOf)
    // Ports and the ready file are this test's own; every other flag of the pages is passed on.
    const own = /^(--(ready-file|port|control-port)|\d+|.*\.(json|yaml))$/
    const product = await startProduct(spec, [...new Set(given.filter((arg) => !own.test(arg)))])
    expect((await fetch(`${product.emulatorUrl}/__emulator/state`)).status).toBe(200)
    expect(product.workshopUrl).toMatch(/-hub\.apps\.localhost:\d+$/)
    expect(product.controlRoomUrl).toContain('?key=')
    await product.stop()
    expect(product.output()).toMatch(/No process and no emulated workspace is left/)
  })

  it('the emulator answers with the token that the page names', async () => {
    const commands = [...new Set(everyCommand.filter((command) => kindOf(command) === 'emulator'))]
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) {
      const child = spawn(
        'bash',
        ['-c', `exec ${command.replace(/^npm run workshop --/, workshopScript).replace(/--port \d+/, '--port 0')}`],
        {
          cwd: repository,
          detached: true,
        },
      )
      const url = await new Promise<string>((resolve) =>
        child.stdout.on('data', (text: Buffer) => {
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text))
          if (found) resolve(found[0])
        }),
      )
      const token = /--token (\S+)/.exec(command)?.[1]
      const me = await fetch(`${url}/api/2.0/preview/scim/v2/Me`, { headers: { authorization: `Bearer ${token}` } })
      expect(me.status).toBe(200)
      expect((await interrupt(child)).code).toBe(0)
    }
  })
})

describe('the commands that the test run does not repeat', () => {
  it('are scripts of this package', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    expect(scripts['workshop']).toBe(workshopScript)
    const names = everyCommand.flatMap((command) => /^npm (?:run )?(start|test|[a-z]+)\b/.exec(command)?.[1] ?? [])
    for (const name of names.filter((each) => each !== 'ci')) expect(Object.keys(scripts)).toContain(name)
  })

  it('of the Databricks command line name what databricks.yml defines', () => {
    const bundle = parse(read('databricks.yml'))
    const commands = everyCommand.filter((command) => kindOf(command) === 'databricks')
    expect(commands.length).toBeGreaterThan(1)
    for (const command of commands) {
      expect(command).toMatch(/^databricks bundle (deploy|run \w+|validate)\b/)
      const app = /bundle run (\w+)/.exec(command)?.[1]
      if (app) expect(Object.keys(bundle.resources.apps)).toContain(app)
      expect(Object.keys(bundle.targets)).toContain(/--target (\w+)/.exec(command)?.[1])
      for (const [, name] of command.matchAll(/--var (\w+)=/g)) expect(Object.keys(bundle.variables)).toContain(name)
    }
  })
})
