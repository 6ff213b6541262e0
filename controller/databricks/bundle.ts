/** The packaged worker on disk: its files and one hash over them. The hash names the folder it is uploaded to. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'

export interface BundleFile {
  /** Relative, with forward slashes. */
  readonly path: string
  readonly content: Uint8Array
}

export interface Bundle {
  /** 12 hex digits. */
  readonly hash: string
  /** Sorted by path. */
  readonly files: readonly BundleFile[]
}

/** The platform refuses a larger file in an app's source. */
export const maxFileBytes = 10_485_760

/** Throws WO-1001 when the folder cannot be read or holds nothing, WO-1103 for a file that the platform would refuse. */
export async function readBundle(folder: string): Promise<Bundle> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    const fix = 'run npm run bundle first'
    throw new WorkshopError(
      { code: 'WO-1001', message: 'the packaged worker is not there', where: folder, fix },
      { cause },
    )
  })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (paths.length === 0) throw new WorkshopError({ code: 'WO-1001', message: 'the folder is empty', where: folder })
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      content: new Uint8Array(await readFile(path)),
    })),
  )
  const large = files.find(({ content }) => content.byteLength > maxFileBytes)
  if (large) {
    const message = `${large.path} has ${large.content.byteLength} bytes; the platform takes ${maxFileBytes}`
    throw new WorkshopError({ code: 'WO-1103', message, where: folder })
  }
  return { hash: hashOf(files), files }
}

function hashOf(files: readonly BundleFile[]): string {
  const hash = createHash('sha256')
  for (const { path, content } of files) hash.update(`${path}\0${content.byteLength}\0`).update(content)
  return hash.digest('hex').slice(0, 12)
}
