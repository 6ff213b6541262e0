/** The table of hostile cases names tests that are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/product.ts'

const page = readFileSync(join(repository, 'docs/reference/hostile-cases.md'), 'utf8')
/** Each test of a row: the file that it links to, and its name in quotes. */
const named = [...page.matchAll(/\]\(\.\.\/\.\.\/([^)]+\.test\.ts)\) "([^"]+)"/g)].map(([, file = '', name = '']) => ({
  ...{ file, name },
}))

it('names a test for each of the cases 1 to 19', () => {
  const rows = [...page.matchAll(/^\| (\d+) \|.*\.test\.ts\) "/gm)].map(([, number]) => Number(number))
  expect(rows).toEqual(Array.from({ length: 19 }, (_, at) => at + 1))
})

it.for(named)('$file has "$name"', ({ file, name }) => {
  expect(readFileSync(join(repository, file), 'utf8')).toContain(name)
})
