import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const root = join(import.meta.dirname, '../../skills')
const skills = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
const text = (file: string) => readFileSync(join(root, file), 'utf8')

/** Code of one language: fenced blocks of every SKILL.md, and example files with one of the endings. */
function code(language: string, endings: readonly string[]): readonly (readonly [where: string, code: string])[] {
  const blocks = skills.flatMap((skill) =>
    [...text(`${skill}/SKILL.md`).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
      (match, index) => [`${skill}/SKILL.md ${language} ${index + 1}`, match[1] ?? ''] as const,
    ),
  )
  const examples = files.filter((file) => endings.some((ending) => file.endsWith(ending)))
  return [...blocks, ...examples.map((file) => [file, text(file)] as const)]
}

describe('skills', () => {
  it('are those that the first workshop names', () => {
    const example = parse(readFileSync(join(root, '../examples/first.workshop.yaml'), 'utf8'))
    expect([...skills].sort()).toEqual([...example.spec.skills].sort())
  })

  it.for(skills)('%s opens with its name and what it is for', (skill) => {
    const [, front = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text(`${skill}/SKILL.md`)) ?? []
    const fields = parse(front)
    expect(Object.keys(fields)).toEqual(['name', 'description'])
    expect(fields.name).toBe(skill)
    // Agents are shown only this text when they choose; over 1,024 characters it is refused.
    expect(fields.description.length).toBeGreaterThan(80)
    expect(fields.description.length).toBeLessThanOrEqual(1024)
    expect(fields.description).toContain('Use when')
    expect(body).toMatch(/^## Steps$/m)
    expect(body).toMatch(/^## Pitfalls$/m)
  })

  it.for(skills)('%s links to files that exist, and to all of its examples', (skill) => {
    const links = [...text(`${skill}/SKILL.md`).matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '')
    for (const link of links) expect(existsSync(join(root, skill, link)), link).toBe(true)
    const examples = files.filter((file) => file.startsWith(`${skill}/examples/`))
    expect(examples.filter((file) => !links.includes(file.slice(skill.length + 1)))).toEqual([])
  })
})

const python = spawnSync('python3', ['--version']).status === 0

describe.skipIf(!python)('Python in skills', () => {
  it('compiles', () => {
    const sources = code('python', ['.py'])
    expect(sources.length).toBeGreaterThan(8)
    const program = [
      'import ast, json, sys',
      'for where, source in json.load(sys.stdin):',
      '  try: ast.parse(source, where)',
      '  except SyntaxError as error: print(error)',
    ].join('\n')
    expect(execFileSync('python3', ['-c', program], { input: JSON.stringify(sources), encoding: 'utf8' })).toBe('')
  })

  it('holds no token and no address of a real workspace', () => {
    for (const [where, source] of code('python', ['.py'])) {
      expect(source, where).not.toMatch(/dapi[0-9a-f]{8}|\.cloud\.databricks\.com|azuredatabricks\.net/)
    }
  })
})

describe('YAML in skills', () => {
  it.for(code('yaml', ['.yaml', '.yml']))('%s parses', ([, source]) => {
    for (const document of parseAllDocuments(source)) expect(document.errors).toEqual([])
  })

  it('spells the source of a value as app.yaml does', () => {
    for (const file of files.filter((name) => name.endsWith('app.yaml'))) {
      const { command, env, ...rest } = parse(text(file))
      expect(rest).toEqual({})
      expect(command.every((part: unknown) => typeof part === 'string')).toBe(true)
      for (const variable of env) expect(Object.keys(variable).join()).toMatch(/^name,(value|valueFrom)$/)
    }
  })
})

describe('the example bundle', () => {
  const bundle = parse(text('asset-bundles/examples/databricks.yml'))
  const only = (value: object, keys: string) =>
    expect(Object.keys(value).filter((key) => !keys.split(' ').includes(key))).toEqual([])

  it('has only fields that the bundle schema knows', () => {
    only(bundle, 'bundle include variables workspace resources targets permissions sync artifacts scripts presets')
    only(
      bundle.resources.apps.coffee,
      'name description source_code_path config resources permissions user_api_scopes compute_size lifecycle',
    )
    for (const variable of bundle.resources.apps.coffee.config.env) {
      expect(Object.keys(variable).join()).toMatch(/^name,(value|value_from)$/)
    }
    for (const target of Object.values<object>(bundle.targets)) {
      only(target, 'default mode workspace variables resources permissions presets run_as sync')
    }
  })

  it('refers only to what it defines', () => {
    const references = [...JSON.stringify(bundle).matchAll(/\$\{(\w+)\.([\w.]+)\}/g)]
    expect(references.length).toBeGreaterThan(8)
    for (const [whole, kind, path = ''] of references) {
      const [first = '', second = ''] = path.split('.')
      if (kind === 'var') expect(bundle.variables, whole).toHaveProperty(first)
      if (kind === 'resources') expect(bundle.resources[first], whole).toHaveProperty(second)
    }
  })

  it('gives apps names that Databricks takes in every target', () => {
    for (const target of Object.keys(bundle.targets)) {
      const name = bundle.resources.apps.coffee.name.replace(/\$\{bundle\.target\}/, target)
      expect(name).toMatch(/^[a-z][a-z0-9-]{1,29}$/)
    }
  })

  it('names environment resources that the app has', () => {
    const { config, resources } = bundle.resources.apps.coffee
    const names = resources.map((resource: { name: string }) => resource.name)
    const wanted = config.env.flatMap((variable: { value_from?: string }) => variable.value_from ?? [])
    expect(wanted.length).toBeGreaterThan(0)
    for (const name of wanted) expect(names).toContain(name)
  })
})
