/** Reads a spec file for a command. */
import { readFile } from 'node:fs/promises'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { parseWorkshop } from '@workshop/contracts/validate'
import type { Workshop } from '@workshop/contracts/workshop'

export interface SpecFile {
  readonly path: string
  readonly text: string
  readonly workshop?: Workshop
  readonly problems: readonly Problem[]
}

/** Reads and checks the file. Throws WO-1001 when it cannot be read. */
export async function readSpecFile(path: string): Promise<SpecFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = { ENOENT: 'there is no such file', EISDIR: 'this is a folder' }[cause.code ?? ''] ?? cause.message
    throw new WorkshopError({ code: 'WO-1001', message, where: path }, { cause })
  })
  return { path, text, ...parseWorkshop(text, path) }
}

/** The sentence `4 participants, 2 workers, 3 sessions each`; `people` when rosters outside the file are known. */
export function summary({ spec }: Workshop, people = spec.participants.users.length): string {
  const { usersFrom, groups } = spec.participants
  const more = people === spec.participants.users.length && usersFrom.length + groups.length > 0
  const participants = more
    ? people > 0
      ? `${people} participants and more`
      : 'participants by roster'
    : plural(people, 'participant')
  return `${participants}, ${plural(spec.workers.replicas, 'worker')}, ${plural(spec.sessions.perUser, 'session')} each`
}

const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
