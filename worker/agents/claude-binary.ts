/** Finds Claude Code's program in the node_modules that were installed beside the worker. */
import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** One package per platform holds the program itself; the wrapper's install script need not have run. */
export function binaryPackages(platform: string, arch: string): readonly string[] {
  return [`claude-code-${platform}-${arch}`, `claude-code-${platform}-${arch}-musl`]
}

/**
 * Looks in `node_modules` of each folder and of the folders above it. Undefined when it is nowhere.
 * `platform` and `arch` are spelled as in process.platform and process.arch.
 */
export async function findClaude(
  folders: readonly string[],
  { platform, arch } = { platform: process.platform as string, arch: process.arch as string },
): Promise<string | undefined> {
  for (const folder of folders.flatMap(withParents)) {
    for (const name of binaryPackages(platform, arch)) {
      const path = join(folder, 'node_modules', '@anthropic-ai', name, 'claude')
      const isThere = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isThere) return path
    }
  }
  return undefined
}

function withParents(folder: string): readonly string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...withParents(parent)]
}
