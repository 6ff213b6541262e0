/** The native part's sources, and their hash: a binary that was built from others must not pass unseen. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const nativeFolder = join(import.meta.dirname, '..', 'worker', 'prebuilds', 'native')
export const nativeBinary = join(import.meta.dirname, '..', 'worker', 'prebuilds', 'linux-x64', 'pty.node')

/** sha256 over names and contents of all `.c` and `.h` files. */
export function sourcesHash(): string {
  const hash = createHash('sha256')
  const files = readdirSync(nativeFolder).filter((file) => /\.[ch]$/.test(file))
  for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(join(nativeFolder, file)))
  return hash.digest('hex')
}
