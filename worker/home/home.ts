/**
 * The folders of a session: an own home and temp folder, and the person's project, which all sessions of that person
 * share, so that a shell sees what the agent beside it has just written. Names are hashes: they show up in process lists.
 */
import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type HomeOptions, writeHomeFiles } from './home-files.ts'
import { startProject } from './project.ts'
import { copySkills } from './skills.ts'

/** Absolute paths as the worker knows them; `home/project` is where the session sees `project`. */
export interface SessionHome {
  readonly home: string
  readonly project: string
  readonly tmp: string
  /** What the participant's page uploads. Only the worker writes here; a session reads it. */
  readonly uploads: string
}

/** Where the folders of a session are, whether or not they exist. */
export function homePaths({
  root,
  sessionId,
  person,
}: Pick<HomeOptions, 'root' | 'sessionId' | 'person'>): SessionHome {
  const folder = join(root, shortHash(person.email.toLowerCase()))
  const session = join(folder, shortHash(sessionId))
  return {
    home: join(session, 'home'),
    project: join(folder, 'project'),
    tmp: join(session, 'tmp'),
    uploads: join(session, 'uploads'),
  }
}

/** Makes what is missing and leaves what is there. Throws WO-1160 for a skill that does not exist. */
export async function prepareHome(options: HomeOptions): Promise<SessionHome> {
  const paths = homePaths(options)
  await mkdir(join(paths.home, 'project'), { recursive: true, mode: 0o700 })
  await mkdir(paths.tmp, { recursive: true, mode: 0o700 })
  await mkdir(paths.uploads, { recursive: true, mode: 0o700 })
  await writeHomeFiles(paths.home, options)
  await copySkills(options.skills, options.skillsDir, join(paths.home, '.claude', 'skills'))
  await startProject(paths.project, { home: paths.home, title: options.workshop.title })
  return paths
}

/** Removes the home and temp folder of a session. The person's project stays for the next session. */
export async function removeHome(options: Pick<HomeOptions, 'root' | 'sessionId' | 'person'>): Promise<void> {
  await rm(join(homePaths(options).home, '..'), { recursive: true, force: true, maxRetries: 3 })
}

/** 80 bits: far from guessing or collision for the people of a workshop, short enough for a path. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20)
}
