/** One reading of a folder or file: which Workshops it holds, with their rosters, and what is wrong. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Problem } from '@workshop/contracts/errors'
import type { Validated } from '@workshop/contracts/validate'
import type { Workshop } from '@workshop/contracts/workshop'
import { keyOf } from '../core/names.ts'
import { parseRoster } from './roster-file.ts'
import { refusedInFiles } from './trust.ts'

export type ParseWorkshop = (text: string, file: string) => Validated

export interface SpecReading {
  readonly file: string
  /** Hash over the spec and its roster files. */
  readonly revision: string
  readonly workshop?: Workshop
  readonly people: readonly string[]
  readonly problems: readonly Problem[]
}

/** Spec files of a folder end so; a single file may be called anything. */
const specName = /\.workshop\.ya?ml$/

/** Every spec file that is there now. Throws when the folder or file cannot be read at all. */
export async function readSnapshot(path: string, parse: ParseWorkshop): Promise<readonly SpecReading[]> {
  const isFolder = (await stat(path)).isDirectory()
  const files = isFolder
    ? (await readdir(path))
        .filter((name) => specName.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]
  const readings = await Promise.all(files.map((file) => readSpec(file, parse)))
  return withoutTwins(readings)
}

async function readSpec(file: string, parse: ParseWorkshop): Promise<SpecReading> {
  const text = await readFile(file, 'utf8')
  const { workshop, problems } = parse(text, file)
  const hash = createHash('sha256').update(text)
  if (!workshop) return { file, revision: digest(hash), people: [], problems }
  const rosters = await Promise.all(
    workshop.spec.participants.usersFrom.map(async ({ file: path }) => {
      if (path === undefined) return { people: [], problems: [] }
      const roster = await readFile(resolve(dirname(file), path), 'utf8').catch(() => undefined)
      hash.update(`\0${path}\0${roster ?? ''}`)
      if (roster !== undefined) return parseRoster(roster, path)
      const problem: Problem = { code: 'WO-1131', message: 'the roster file cannot be read', where: path }
      return { people: [], problems: [problem] }
    }),
  )
  const rosterProblems = [...refusedInFiles(workshop.spec), ...rosters.flatMap((roster) => roster.problems)]
  const people = rosters.flatMap((roster) => roster.people.map(({ email }) => email))
  const good = rosterProblems.length === 0 ? { workshop } : {}
  return { file, revision: digest(hash), ...good, people, problems: [...problems, ...rosterProblems] }
}

/** Of two files with one key the first keeps it; the second is a problem and makes nothing. */
function withoutTwins(readings: readonly SpecReading[]): readonly SpecReading[] {
  const owners = new Map<string, string>()
  return readings.map((reading) => {
    if (!reading.workshop) return reading
    const key = keyOf(reading.workshop)
    const owner = owners.get(key)
    if (owner === undefined) {
      owners.set(key, reading.file)
      return reading
    }
    const { workshop: _twin, ...rest } = reading
    const problem: Problem = { code: 'WO-1150', message: `${owner} names ${key} already`, where: reading.file }
    return { ...rest, problems: [problem] }
  })
}

function digest(hash: ReturnType<typeof createHash>): string {
  return hash.digest('hex').slice(0, 12)
}
