/** Paths of this repository, wherever a script is started from. */
import { join } from 'node:path'

/** Absolute path of something in the repository. */
export const inRepository = (...parts: readonly string[]) => join(import.meta.dirname, '..', '..', ...parts)
