/** Where the files beside the program are: deployed, all in one folder; in a checkout, in the repository. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ProgramFiles {
  /** Folder of the running file. */
  readonly dir: string
  readonly version: string
  readonly skillsDir: string
  /** The built console; undefined when none was built. */
  readonly consoleDir: string | undefined
}

/** Looks beside `dir` first. */
export function findProgramFiles(dir: string): ProgramFiles {
  const [deployed, checkout] = [join(dir, 'console'), join(dir, '..', 'console', 'dist')]
  return {
    dir,
    version: JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')).version,
    skillsDir: [join(dir, 'skills'), join(dir, '..', 'skills')].find((path) => existsSync(path)) ?? join(dir, 'skills'),
    consoleDir: [deployed, checkout].find((path) => existsSync(join(path, 'assets'))),
  }
}
