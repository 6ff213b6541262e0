/** A spec file with everything beside it that can be checked without a workspace: roster files and skills. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { nearest } from '@workshop/contracts/did-you-mean'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { personKey } from '@workshop/contracts/placement'
import { seatsFor } from '@workshop/contracts/rules'
import type { Workshop } from '@workshop/contracts/workshop'
import { parseRoster } from '../sources/roster-file.ts'
import { packagePath } from './package-path.ts'
import { readSpecFile, type SpecFile } from './spec-file.ts'

export interface SpecInput extends SpecFile {
  /** Lower-cased addresses of the spec and its roster files. Members of groups are not among them. */
  readonly people: readonly string[]
}

/** Reads and checks the file and what it names. Throws WO-1001 when the file itself cannot be read. */
export async function readInput(path: string): Promise<SpecInput> {
  const file = await readSpecFile(path)
  if (!file.workshop) return { ...file, people: [] }
  const { participants } = file.workshop.spec
  const rosters = await Promise.all(
    participants.usersFrom.flatMap(({ file }) => (file === undefined ? [] : readRoster(path, file))),
  )
  const people = [...new Set([...participants.users, ...rosters.flatMap(({ emails }) => emails)].map(personKey))]
  const rosterProblems = rosters.flatMap(({ problems }) => problems)
  const seats =
    rosterProblems.length > 0 ? [] : seatsFor(file.workshop.spec, people.length).map(({ problem }) => problem)
  return { ...file, people, problems: [...rosterProblems, ...seats, ...(await unknownSkills(file.workshop))] }
}

/** As `readInput`; throws the problems instead of answering them. */
export async function requireInput(path: string): Promise<SpecInput & { readonly workshop: Workshop }> {
  const input = await readInput(path)
  if (input.problems.length > 0 || !input.workshop) throw new WorkshopError(input.problems)
  return { ...input, workshop: input.workshop }
}

async function readRoster(specPath: string, file: string) {
  const text = await readFile(resolve(dirname(specPath), file), 'utf8').catch(() => undefined)
  if (text === undefined) {
    const fix = 'the path is relative to the spec file; check it and its permissions'
    const problem: Problem = { code: 'WO-1131', message: 'the roster file cannot be read', where: file, fix }
    return { emails: [], problems: [problem] }
  }
  const { people, problems } = parseRoster(text, file)
  return { emails: people.map(({ email }) => email), problems }
}

async function unknownSkills({ spec }: Workshop): Promise<readonly Problem[]> {
  const folders = await readdir(packagePath('skills')).catch(() => undefined)
  if (folders === undefined) return []
  return spec.skills.flatMap((skill, at): readonly Problem[] => {
    if (folders.includes(skill)) return []
    const near = nearest(skill, folders)
    const fix = near ? `did you mean ${near}?` : `use one of ${folders.sort().join(', ')}`
    return [{ code: 'WO-1160', message: `there is no skill ${skill}`, where: `spec.skills[${at}]`, fix }]
  })
}
