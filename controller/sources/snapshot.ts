/** One reading of a folder or file: which Workshops it holds, with their rosters, and what is wrong. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { Validated } from '@workshop/contracts/validate'
import type { Workshop } from '@workshop/contracts/workshop'
import { keyOf } from '../core/names.ts'
import type { KnownReadings } from './known-readings.ts'
import { parseRoster } from './roster-file.ts'
import { decrypt, type Environment, isEncrypted } from './sops.ts'
import { readNamedFile, type SpecTrust, trustProblems } from './spec-trust.ts'
import { refusedInFiles } from './trust.ts'

export type ParseWorkshop = (text: string, file: string) => Validated

export interface SpecReading {
  readonly file: string
  /** It and the roster files that it names. */
  readonly files: readonly string[]
  /** Hash over the spec and its roster files. */
  readonly revision: string
  readonly workshop?: Workshop
  readonly people: readonly string[]
  readonly problems: readonly Problem[]
  /** Warnings, which stop nothing. */
  readonly notices?: readonly Problem[]
}

/** How files are read that are less trusted than this machine's own. */
export interface ReadingRules {
  readonly trust: SpecTrust
  /** For `sops`. */
  readonly env: Environment
}

/** Spec files of a folder end so; a single file may be called anything. */
const specName = /\.workshop\.ya?ml$/

/** Every spec file that is there now; of those in `known` that did not change, the reading is taken from there. Throws when the folder or file cannot be read at all. */
export async function readSnapshot(
  path: string,
  parse: ParseWorkshop,
  rules?: ReadingRules,
  known?: KnownReadings,
): Promise<readonly SpecReading[]> {
  const isFolder = (await stat(path)).isDirectory()
  const files = isFolder
    ? (await readdir(path))
        .filter((name) => specName.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]
  const readOne = (file: string) => {
    const load = () => readSpec(file, parse, rules)
    return known ? known.read(file, load) : load()
  }
  known?.keepOnly(files)
  const readings = await Promise.all(files.map(readOne))
  return withoutTwins(readings)
}

async function readSpec(file: string, parse: ParseWorkshop, rules?: ReadingRules): Promise<SpecReading> {
  const text = await readFile(file, 'utf8')
  // Over what lies on disk: a hash of what SOPS hides would be a way to guess it.
  const hash = createHash('sha256').update(text)
  const isHidden = rules !== undefined && isEncrypted(text)
  const plain = isHidden ? await decrypt(file, rules.env).catch((error: unknown) => problemsOf(error, file)) : text
  const { workshop, problems } = typeof plain === 'string' ? parse(plain, file) : { problems: plain }
  if (!workshop) return { file, files: [file], revision: digest(hash), people: [], problems }
  const place = { folder: dirname(file), root: rules?.trust.root }
  const named = workshop.spec.participants.usersFrom.flatMap((from) => from.file ?? [])
  const files = [file, ...named.map((name) => resolve(place.folder, name))]
  const rosters = await Promise.all(
    workshop.spec.participants.usersFrom.map(async ({ file: named }) => {
      if (named === undefined) return { people: [], problems: [] }
      const roster = await readNamedFile(place, named, rules?.env ?? {}).catch((error: unknown) => {
        return error instanceof WorkshopError ? error.problems : undefined
      })
      hash.update(`\0${named}\0${typeof roster === 'string' ? roster : ''}`)
      if (typeof roster === 'string') return parseRoster(roster, named)
      const problem: Problem = { code: 'WO-1131', message: 'the roster file cannot be read', where: named }
      return { people: [], problems: roster ?? [problem] }
    }),
  )
  const more = [
    ...refusedInFiles(workshop.spec),
    ...rosters.flatMap((roster) => roster.problems),
    ...trustProblems(workshop, rules?.trust),
  ]
  const people = rosters.flatMap((roster) => roster.people.map(({ email }) => email))
  const good = more.length === 0 ? { workshop } : {}
  return { file, files, revision: digest(hash), ...good, people, problems: [...problems, ...more] }
}

function problemsOf(error: unknown, where: string): readonly Problem[] {
  if (!(error instanceof WorkshopError)) throw error
  return error.problems.map((problem) => ({ where, ...problem }))
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
    const problem: Problem = {
      code: 'WO-1150',
      message: `${basename(owner)} names ${key} already`,
      where: reading.file,
    }
    return { ...rest, problems: [problem] }
  })
}

function digest(hash: ReturnType<typeof createHash>): string {
  return hash.digest('hex').slice(0, 12)
}
