/** What goes into each artefact. */
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyConsole } from './console.ts'
import { bundleProgram } from './program.ts'
import { inRepository } from './repository.ts'

/** The command line is the controller's program. */
export const controllerEntry = inRepository('controller', 'cli', 'main.ts')

/** Hub and worker: one program, its screen thread, the manifest that the platform installs, and all they read. */
export async function bundleWorker(folder: string): Promise<void> {
  await bundleProgram(folder, { server: inRepository('worker', 'main.ts') })
  const thread = inRepository('worker', 'terminal', 'screen-thread.ts')
  if (existsSync(thread)) await bundleProgram(folder, { 'screen-thread': thread })
  await copyConsole(join(folder, 'console'), 'index.html')
  await copyIfThere(inRepository('skills'), join(folder, 'skills'))
  await cp(inRepository('worker', 'prebuilds'), join(folder, 'prebuilds'), {
    recursive: true,
    filter: (path) => !path.includes(join('prebuilds', 'native')),
  })
  for (const name of ['package.json', 'package-lock.json'])
    await cp(inRepository('worker', 'deploy', name), join(folder, name))
  await cp(inRepository('worker', 'app.yaml'), join(folder, 'app.yaml'))
}

/** The controller and the command line, with the packaged worker where `packagePath('dist', 'worker')` looks for it. */
export async function bundleController(folder: string): Promise<void> {
  await bundleProgram(folder, { server: controllerEntry })
  await copyConsole(join(folder, 'console', 'dist'), 'control-room.html')
  await copyIfThere(inRepository('skills'), join(folder, 'skills'))
  await cp(inRepository('dist', 'worker'), join(folder, 'dist', 'worker'), { recursive: true })
  const { name, version, license } = JSON.parse(await readFile(inRepository('package.json'), 'utf8'))
  const manifest = {
    name,
    version,
    private: true,
    license,
    type: 'module',
    scripts: { start: 'node server.js controller' },
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  if (existsSync(from)) await cp(from, to, { recursive: true })
}
