/** Builds the console with its own configuration, and copies the page that a program serves. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { inRepository } from './repository.ts'

const built = inRepository('console', 'dist')
const pages = ['index.html', 'control-room.html'] as const

/** Writes console/dist. Vite takes NODE_ENV over its mode, and under a test runner it would build for development. */
export async function buildConsole(): Promise<void> {
  process.env['NODE_ENV'] = 'production'
  await build({ configFile: inRepository('console', 'vite.config.ts'), logLevel: 'warn' })
}

/** Copies the built console with one of its two pages: participants have no use for the control room. */
export async function copyConsole(folder: string, page: (typeof pages)[number]): Promise<void> {
  await cp(built, folder, { recursive: true })
  await Promise.all(pages.filter((other) => other !== page).map((other) => rm(join(folder, other), { force: true })))
}
