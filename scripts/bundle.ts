/**
 * `npm run bundle`: the artefacts that are deployed. dist/worker is what hub and workers run; dist/controller is the
 * controller with the packaged worker inside. `--if-stale` does nothing when no input has changed.
 */

import { existsSync } from 'node:fs'
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { bundleController, bundleWorker, controllerEntry } from './bundle/artefacts.ts'
import { buildConsole } from './bundle/console.ts'
import { hashInputs } from './bundle/inputs.ts'
import { inRepository } from './bundle/repository.ts'
import { checkSizes } from './bundle/sizes.ts'

const stamp = inRepository('dist', '.inputs')
/** What others look at to see how old the build is. */
const products = ['dist/worker/app.yaml', 'console/dist/control-room.html'].map((path) => inRepository(path))

const inputs = await hashInputs()
if (process.argv.includes('--if-stale') && (await isBuilt())) {
  const now = new Date()
  await Promise.all(products.map((path) => utimes(path, now, now)))
  console.log('bundle: nothing has changed')
} else {
  const start = performance.now()
  await buildConsole()
  await replace('worker', bundleWorker)
  const hasController = existsSync(controllerEntry)
  if (hasController) await replace('controller', bundleController)
  await writeFile(stamp, inputs)
  const made = hasController ? 'dist/worker and dist/controller' : 'dist/worker'
  console.log(`bundle: ${made} in ${Math.round(performance.now() - start)} ms`)
}

async function isBuilt(): Promise<boolean> {
  const [before] = await Promise.all([
    readFile(stamp, 'utf8').catch(() => ''),
    ...products.map((path) => readFile(path)),
  ]).catch(() => [''])
  return before === inputs
}

/** Builds beside the old artefact and changes places at the end: nobody ever sees half of one. */
async function replace(name: string, build: (folder: string) => Promise<void>): Promise<void> {
  const folder = inRepository('dist', name)
  const staging = inRepository('dist', `.${name}-${process.pid}`)
  await rm(staging, { recursive: true, force: true })
  await build(staging)
  await checkSizes(staging)
  await rm(folder, { recursive: true, force: true })
  await rename(staging, folder)
}
