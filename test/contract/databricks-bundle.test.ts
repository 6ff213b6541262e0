import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundleSchema, misfits } from './bundle-schema.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const bundle = parse(readFileSync(at('databricks.yml'), 'utf8'))

describe('databricks.yml', () => {
  it('fits the schema of bundles', () => {
    expect(misfits(bundleSchema, bundle)).toEqual([])
  })

  it('has one app and the targets dev and prod', () => {
    expect(Object.keys(bundle.resources.apps)).toEqual(['controller'])
    expect(bundle.targets).toMatchObject({
      dev: { mode: 'development', default: true },
      prod: { mode: 'production', workspace: { root_path: expect.stringMatching(/^\/Workspace\//) } },
    })
  })

  it('uses variables that it declares', () => {
    const used = [...JSON.stringify(bundle).matchAll(/\$\{var\.(\w+)\}/g)].map(([, name]) => name)
    for (const name of used) expect(Object.keys(bundle.variables)).toContain(name)
  })

  it('starts a command that the command line knows, over folders that travel', () => {
    const { command } = bundle.resources.apps.controller.config
    const program = readFileSync(at('controller/cli/command-line.ts'), 'utf8')
    expect(program).toContain(`.command('${command[2]}')`)
    for (const flag of command.filter((word: string) => word.startsWith('--'))) expect(program).toContain(`'${flag} <`)
    expect(bundle.sync.paths).toContain('./workshops')
    expect(existsSync(at('workshops'))).toBe(true)
  })

  it.for([
    ['an unknown field', { bundle: { name: 'x' }, resources: { apps: { a: { name: 'x', colour: 'red' } } } }],
    ['a missing name', { bundle: {} }],
    ['a wrong word', { targets: { dev: { mode: 'fast' } } }],
    [
      'a misspelt value_from',
      { resources: { apps: { a: { name: 'x', config: { env: [{ name: 'A', valueFrom: 'b' }] } } } } },
    ],
  ] as const)('would be refused with %s', ([, wrong]) => {
    expect(misfits(bundleSchema, wrong)).toHaveLength(1)
  })
})
