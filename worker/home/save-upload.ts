/**
 * Puts one uploaded file into a folder that nobody else writes: under a temporary name, then linked to its own, so that
 * a name never stands for half a file and an existing file is never touched.
 */
import { randomBytes } from 'node:crypto'
import { link, lstat, open, readdir, rm } from 'node:fs/promises'
import { join, parse } from 'node:path'
import type { Readable } from 'node:stream'
import { WorkshopError } from '@workshop/contracts/errors'
import { unfitInNames, uploadLimits } from '@workshop/contracts/worker-api'

/** Half a character is none either. */
const unfit = new RegExp(`${unfitInNames}|\\p{Cs}`, 'u')
/** Suffixes tried for a name that is taken. */
const mostAlike = 100

export interface Upload {
  readonly folder: string
  readonly name: string
  readonly body: Readable | undefined
}

/**
 * Saves the file and tells the name it got.
 * @throws WorkshopError WO-4009 for a name that cannot be used, WO-4021 for too much
 */
export async function saveUpload({
  folder,
  name,
  body,
}: Upload): Promise<{ readonly name: string; readonly size: number }> {
  checkName(name)
  const left = await roomIn(folder)
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`)
  try {
    const size = await writeTo(temporary, body, Math.min(left, uploadLimits.maxFile))
    return { name: await giveName(folder, temporary, name.normalize('NFC')), size }
  } finally {
    await rm(temporary, { force: true })
  }
}

function checkName(name: string): void {
  const bad = name === '' || name.length > uploadLimits.maxName || /^[.\-~]|[. ]$|^ /.test(name) || unfit.test(name)
  if (bad) throw new WorkshopError({ code: 'WO-4009', where: 'name', message: 'It is not a plain file name' })
}

/** Bytes that still fit. */
async function roomIn(folder: string): Promise<number> {
  if (!(await lstat(folder)).isDirectory()) throw new Error('the folder of uploads is not a folder')
  const names = await readdir(folder)
  if (names.length >= uploadLimits.maxFiles) throw tooMuch(`a session takes ${uploadLimits.maxFiles} files`)
  const sizes = await Promise.all(names.map(async (name) => (await lstat(join(folder, name))).size))
  return uploadLimits.maxTotal - sizes.reduce((sum, size) => sum + size, 0)
}

async function writeTo(path: string, body: Readable | undefined, most: number): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    let size = 0
    for await (const chunk of (body ?? []) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most)
        throw tooMuch(most < uploadLimits.maxFile ? 'this session has no more room' : 'it is larger than 10 MB')
      await file.writeFile(chunk)
    }
    return size
  } finally {
    await file.close()
  }
}

/** `a.png`, else `a-2.png` and so on; names that differ only in case count as alike. */
async function giveName(folder: string, temporary: string, wanted: string): Promise<string> {
  const taken = new Set((await readdir(folder)).map((name) => name.toLowerCase()))
  const { name: stem, ext } = parse(wanted)
  for (let number = 1; number <= mostAlike; number++) {
    const name = number === 1 ? wanted : `${stem}-${number}${ext}`
    if (taken.has(name.toLowerCase())) continue
    await link(temporary, join(folder, name))
    return name
  }
  throw tooMuch('too many files have this name')
}

const tooMuch = (why: string) => new WorkshopError({ code: 'WO-4021', message: `The file was refused: ${why}` })
