import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../contracts/errors.ts'
import { LoopMetrics } from '../../controller/loop/metrics.ts'
import { repository } from '../support/product.ts'
import { anchorsOf, fileLinks } from './guide-page.ts'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const under = (folder: string) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
const hasPictures = existsSync(join(repository, 'docs/pictures'))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'workshops/README.md',
  'test/acceptance/README.md',
  ...under('docs'),
]

describe('the docs', () => {
  it.for(pages)('%s links to what exists', (page) => {
    const broken = fileLinks(read(page)).filter(({ path, anchor }) => {
      const target = path === '' ? join(repository, page) : resolve(repository, dirname(page), path)
      // The browser suite makes the pictures; where none were made yet, none can be linked to.
      if (path.startsWith('docs/pictures/') && !hasPictures) return false
      if (!existsSync(target)) return true
      return anchor !== '' && target.endsWith('.md') && !anchorsOf(readFileSync(target, 'utf8')).has(anchor)
    })
    expect(broken).toEqual([])
  })

  it('keep the README to what fits one sitting', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('are all reached from the README', () => {
    const linked = fileLinks(read('README.md')).map(({ path }) => path)
    const all = [...under('docs/guide'), ...under('docs/reference')]
    expect(all.filter((page) => !linked.includes(page))).toEqual([])
  })

  it('name only errors that exist', () => {
    for (const page of pages) {
      for (const [code] of read(page).matchAll(/WO-\d{4}/g)) expect(Object.keys(errorTable), page).toContain(code)
    }
  })
})

/** Everything quoted in code that looks like one of ours, in the sources that decide it. */
function quoted(files: readonly string[], pattern: RegExp): ReadonlySet<string> {
  return new Set(files.flatMap((file) => [...read(file).matchAll(pattern)].map((match) => match[1] ?? '')))
}

describe('the reference', () => {
  it('explains every condition and every reason', () => {
    const page = read('docs/reference/conditions.md')
    const types = quoted(['contracts/conditions.ts'], /^ {2}\| '(\w+)'$/gm)
    const deciding = ['controller/core/conditions.ts', 'controller/loop/turn.ts']
    const reasons = quoted(deciding, /(?:reason: |\? |: )'([A-Z]\w+)'/g)
    expect(types.size).toBeGreaterThan(7)
    expect(reasons.size).toBeGreaterThan(14)
    const missing = [...types, ...reasons].filter(
      (word) => !['True', 'False', 'Unknown'].includes(word) && !page.includes(`\`${word}\``),
    )
    expect(missing).toEqual([])
  })

  it('lists every variable that the programs read', () => {
    const page = read('docs/reference/environment.md')
    const readers = ['controller/config.ts', 'controller/databricks/client/credentials.ts', 'worker/config.ts']
    const names = [
      ...quoted(readers, /env\['(\w+)'\]/g),
      ...quoted(['worker/config.ts'], /need\('(\w+)'\)/g),
      ...quoted(['worker/agents/environment.ts'], /^ {4}([A-Z_]{4,}):/gm),
    ]
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('lists every flag of the controller with its default, and no other', () => {
    const program = join(repository, 'controller', 'cli', 'main.ts')
    const { stdout } = spawnSync(process.execPath, [program, 'controller', '--help'], { encoding: 'utf8' })
    const help = stdout.split('Options:')[1]?.split('Examples:')[0] ?? ''
    const flags = help.split(/^ {2}(?=-)/m).flatMap((text) => {
      const [, flag] = /^(--\S+(?: [<[]\S+[>\]])?)/.exec(text) ?? []
      const preset = /\(default: "?([^")]+)"?\)/.exec(text.replaceAll(/\s+/g, ' '))?.[1]
      return flag ? [{ flag, preset }] : []
    })
    expect(flags.length).toBeGreaterThan(20)
    const rows = [...read('docs/reference/controller.md').matchAll(/^\| `(--[^`]+)` \|.*\| ?([^|]*?) ?\|$/gm)]
    expect(rows.map(([, flag]) => flag).sort()).toEqual(flags.map(({ flag }) => flag).sort())
    for (const { flag, preset } of flags) {
      const row = rows.find(([, each]) => each === flag)
      if (preset !== undefined) expect(row?.[2], flag).toBe(`\`${preset}\``)
    }
  })

  it('lists every metric of the controller, and no other', async () => {
    const text = await new LoopMetrics(4).text()
    const page = read('docs/reference/controller.md').split('## Metrics')[1] ?? ''
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    const listed = [...page.matchAll(/`([a-z]+_[a-z_]+)(?:\{[a-z,]+\})?`/g)].map(([, name]) => name)
    // The queue brings its own.
    const own = listed.filter((name) => !name?.startsWith('workqueue_'))
    expect(own.sort()).toEqual(names.filter((name) => !name?.startsWith('workqueue_')).sort())
  })

  it('lists every call of the fleet API', () => {
    const page = read('docs/reference/fleet-api.md')
    const calls = quoted(['contracts/fleet-api.ts'], /^ \* (?:GET|POST) +(\/\S+)/gm)
    expect(calls.size).toBeGreaterThan(5)
    expect([...calls].filter((call) => !page.includes(call))).toEqual([])
  })
})
