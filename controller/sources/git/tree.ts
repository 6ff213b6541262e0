/** What of a commit's tree is written to disk: a listing to files, within limits, and never a way out of the folder. Pure. */
import { WorkshopError } from '@workshop/contracts/errors'

export interface TreeEntry {
  /** Octal file mode: 100644, 100755, 120000 symbolic link, 160000 submodule. */
  readonly mode: string
  readonly object: string
  /** -1 for a submodule. */
  readonly bytes: number
  /** As in the commit, from the root of the repository. */
  readonly path: string
}

export interface TreeLimits {
  readonly maxFiles: number
  readonly maxBytes: number
}

/** Far above a folder of specs and rosters, far below what would hurt the controller. */
export const snapshotLimits: TreeLimits = { maxFiles: 5_000, maxBytes: 10_000_000 }

/** Reads `git ls-tree -r -l -z`. */
export function parseTree(listing: string): readonly TreeEntry[] {
  return listing
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode = '', , object = '', size = '-'] = line.slice(0, tab).split(/ +/)
      return { mode, object, bytes: size === '-' ? -1 : Number(size), path: line.slice(tab + 1) }
    })
}

/**
 * The regular files below `folder`, with paths relative to it. Links are left out, wherever they point: what a link
 * names in a repository is not worth what it could name on this machine. Throws WO-1172 for a tree beyond the limits
 * or with names that no honest commit has.
 */
export function filesToExport(
  entries: readonly TreeEntry[],
  folder: string,
  limits: TreeLimits = snapshotLimits,
): readonly TreeEntry[] {
  const prefix = folder === '.' ? '' : `${folder}/`
  const files = entries
    .filter(({ mode, path }) => mode.startsWith('100') && path.startsWith(prefix))
    .map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }))
  const bad = files.find(({ path }) => path.split('/').some(isTrap))
  if (bad) throw refusal(`the name ${JSON.stringify(bad.path.slice(0, 80))} would leave the snapshot`, folder)
  if (files.length > limits.maxFiles)
    throw refusal(`${files.length} files; at most ${limits.maxFiles} are read`, folder)
  const bytes = files.reduce((sum, file) => sum + Math.max(0, file.bytes), 0)
  if (bytes > limits.maxBytes) throw refusal(`${bytes} bytes; at most ${limits.maxBytes} are read`, folder)
  return files
}

/** Spec files that are links: they are not read, but they are not gone either. */
export function linkedSpecs(entries: readonly TreeEntry[], folder: string): readonly string[] {
  const prefix = folder === '.' ? '' : `${folder}/`
  return entries
    .filter(({ mode, path }) => mode === '120000' && path.startsWith(prefix) && /\.workshop\.ya?ml$/.test(path))
    .map(({ path }) => path.slice(prefix.length))
    .filter((path) => !path.includes('/'))
}

function isTrap(part: string): boolean {
  return part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git' || /[\\\p{Cc}]/u.test(part)
}

function refusal(message: string, where: string): WorkshopError {
  return new WorkshopError({ code: 'WO-1172', message, where, fix: 'name the folder of the specs: git:URL#ref:path' })
}
