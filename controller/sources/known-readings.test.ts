import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { KnownReadings } from './known-readings.ts'

let folder: string
let spec: string
let roster: string
let loads: number
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-readings-'))
  spec = join(folder, 'a.workshop.yaml')
  roster = join(folder, 'roster.csv')
  await writeFile(spec, 'one')
  await writeFile(roster, 'one')
  loads = 0
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const load = async () => {
  loads += 1
  return { file: spec, files: [spec, roster], revision: String(loads), people: [], problems: [] }
}
/** Longer than what counts as holding still. */
const still = () => new Promise((resolve) => setTimeout(resolve, 2_200))

it('reads again what was written a moment ago, and keeps what held still until any of its files changes', async () => {
  const known = new KnownReadings()
  const read = async () => (await known.read(spec, load)).revision
  expect([await read(), await read()]).toEqual(['1', '2'])
  await still()
  expect([await read(), await read(), await read()]).toEqual(['3', '3', '3'])
  await writeFile(roster, 'two')
  expect([await read(), await read()]).toEqual(['4', '5'])
  await still()
  expect([await read(), await read()]).toEqual(['6', '6'])
  // Another file in its place, of the same size.
  await writeFile(`${spec}.new`, 'two')
  await rename(`${spec}.new`, spec)
  expect(await read()).toBe('7')
  await rm(roster)
  expect([await read(), await read()]).toEqual(['8', '9'])
})
