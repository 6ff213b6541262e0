/** The platform refuses larger files ("File is larger than 10485760 bytes"); better to hear it here. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const limit = 10_485_760

/** @throws Error naming every file that is too large */
export async function checkSizes(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => ({
        path: join(parentPath, name),
        size: (await stat(join(parentPath, name))).size,
      })),
  )
  const large = sizes.filter(({ size }) => size >= limit)
  if (large.length > 0)
    throw new Error(`larger than ${limit} bytes: ${large.map(({ path, size }) => `${path} (${size})`).join(', ')}`)
}
