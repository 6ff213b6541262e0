/** Folders and files of the workspace. Paths are absolute and begin with /Workspace. */
import { CallError } from './call-error.ts'
import type { Http } from './http.ts'
import { idText } from './json.ts'

export interface WorkspaceObject {
  readonly path: string
  readonly type: string
  /** int64 as text. */
  readonly id: string
  /** Epoch ms, 0 when unknown. */
  readonly modifiedAt: number
}

interface RawObject {
  readonly path: string
  readonly object_type: string
  readonly object_id?: unknown
  readonly modified_at?: number
  readonly created_at?: number
}

/** Children of a folder; undefined when there is no such folder. */
export async function listFolder(http: Http, path: string): Promise<readonly WorkspaceObject[] | undefined> {
  return missingAsUndefined(async () => {
    const answer = await http.json({ method: 'GET', path: '/api/2.0/workspace/list', query: { path } })
    return ((answer['objects'] ?? []) as readonly RawObject[]).map(workspaceObject)
  })
}

/** One object; undefined when it is not there. */
export async function getObject(http: Http, path: string): Promise<WorkspaceObject | undefined> {
  return missingAsUndefined(async () => {
    const answer = await http.json({ method: 'GET', path: '/api/2.0/workspace/get-status', query: { path } })
    return workspaceObject(answer as unknown as RawObject)
  })
}

/** Text of a file; undefined when it is not there. */
export async function readFile(http: Http, path: string): Promise<string | undefined> {
  return missingAsUndefined(async () => {
    const query = { path, format: 'AUTO', direct_download: true }
    return new TextDecoder().decode(await http.bytes({ method: 'GET', path: '/api/2.0/workspace/export', query }))
  })
}

export async function makeFolder(http: Http, path: string): Promise<void> {
  await http.json({ method: 'POST', path: '/api/2.0/workspace/mkdirs', body: { path }, idempotent: true })
}

/** Overwrites. The parent folder must be there. The path is one segment, its slashes encoded (facts, section 4). */
export async function writeFile(http: Http, path: string, content: Uint8Array): Promise<void> {
  const segment = encodeURIComponent(path.replace(/^\/+/, ''))
  await http.json({
    method: 'POST',
    path: `/api/2.0/workspace-files/import-file/${segment}`,
    query: { overwrite: true },
    raw: content,
    idempotent: true,
  })
}

/** With everything below it; nothing to delete is fine. */
export async function deleteObject(http: Http, path: string): Promise<void> {
  const body = { path, recursive: true }
  await missingAsUndefined(() =>
    http.json({ method: 'POST', path: '/api/2.0/workspace/delete', body, idempotent: true }),
  )
}

async function missingAsUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof CallError && error.isMissing) return undefined
    throw error
  }
}

function workspaceObject({ path, object_type, object_id, modified_at, created_at }: RawObject): WorkspaceObject {
  return { path, type: object_type, id: idText(object_id) ?? '', modifiedAt: Number(modified_at ?? created_at ?? 0) }
}
