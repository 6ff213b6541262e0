/** Writing to the workspace folder: bundle and fleet file. */
import { posix } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { Bundle } from './bundle.ts'
import type { Http } from './client/http.ts'
import { makeFolder, writeFile } from './client/workspace-files.ts'
import { nudge } from './control.ts'
import type { Workspace } from './workspace.ts'

/** The file beside the folder is written last and says that the folder is whole. */
export async function uploadBundle(http: Http, path: string, bundle: Bundle | undefined): Promise<void> {
  if (!bundle)
    throw new WorkshopError({ code: 'WO-9099', message: 'a bundle is wanted but none was read', where: path })
  const files = bundle.files.map(({ path: relative, content }) => ({ path: `${path}/${relative}`, content }))
  const folders = [...new Set([path, ...files.map((file) => posix.dirname(file.path))])].sort()
  for (const folder of folders) await makeFolder(http, folder)
  await Promise.all(files.map((file) => writeFile(http, file.path, file.content)))
  await writeFile(http, `${path}.complete`, new TextEncoder().encode(`${bundle.hash}\n`))
}

/** Writes and tells every app that runs. Who does not hear it reads the file within 15 s. */
export async function writeFleet(workspace: Workspace, path: string, content: FleetFile): Promise<void> {
  await writeFile(workspace.http, path, new TextEncoder().encode(`${JSON.stringify(content, undefined, 1)}\n`))
  const running = [content.hub, ...content.workers].filter(({ ready, url }) => ready && url !== '')
  void Promise.all(running.map(({ url }) => nudge(workspace, url)))
}
