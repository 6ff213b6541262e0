/** One hash over everything that a bundle is made of, so that an unchanged one need not be made again. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inRepository } from './repository.ts'

const roots = ['contracts', 'controller', 'worker', 'console', 'skills', 'scripts', 'package.json', 'package-lock.json']
const left = new Set(['node_modules', 'dist', '.vite'])
const isTest = (name: string) => /\.(test|fixture)\.ts$/.test(name)

/** SHA-256 over names and contents in the order of names. */
export async function hashInputs(): Promise<string> {
  const hash = createHash('sha256')
  for (const root of roots) await addTo(hash, root)
  return hash.digest('hex')
}

async function addTo(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const entries = await readdir(inRepository(path), { withFileTypes: true }).catch(() => undefined)
  if (!entries) {
    const content = await readFile(inRepository(path)).catch(() => undefined)
    if (content) hash.update(`${path}\0${content.length}\0`).update(content)
    return
  }
  const names = entries.map(({ name }) => name).filter((name) => !left.has(name) && !isTest(name))
  for (const name of names.sort()) await addTo(hash, join(path, name))
}
