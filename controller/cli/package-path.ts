/** Where this package lies: its examples, skills, built console and other programs. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = findRoot(dirname(fileURLToPath(import.meta.url)))

/** Absolute path of something in the package. A bundled controller carries `skills` and `console` beside itself. */
export function packagePath(...parts: readonly string[]): string {
  return join(root, ...parts)
}

/** The folder that holds the sources, or the one of the bundled file itself. */
function findRoot(from: string): string {
  if (existsSync(join(from, 'crds', 'workshop.crd.yaml'))) return from
  const above = dirname(from)
  return above === from ? dirname(fileURLToPath(import.meta.url)) : findRoot(above)
}
