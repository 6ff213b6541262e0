/** Reads one workspace file as the app's own service principal. */
import { type ErrorCode, WorkshopError } from '@workshop/contracts/errors'
import type { TokenSource } from './client-credentials.ts'
import type { WorkspaceAnswer, WorkspaceCall } from './workspace-request.ts'

/** Where files come from. */
export interface WorkspaceFiles {
  readonly workspaceUrl: string
  readonly tokens: TokenSource
  readonly call: (call: WorkspaceCall) => Promise<WorkspaceAnswer>
}

/**
 * The file's text. A 401 is answered with a fresh token, once.
 * @throws WorkshopError WO-4011 no such file, WO-2003 it may not be read, WO-2002 credentials refused, else WO-2090
 */
export async function readWorkspaceFile(files: WorkspaceFiles, path: string): Promise<string> {
  let answer = await exportFile(files, path)
  if (answer.status === 401) {
    files.tokens.forget()
    answer = await exportFile(files, path)
  }
  if (answer.status === 200) return answer.body
  throw new WorkshopError({
    code: codes[answer.status] ?? 'WO-2090',
    where: path,
    message: `the workspace answered ${answer.status}`,
  })
}

const codes: Readonly<Record<number, ErrorCode>> = { 401: 'WO-2002', 403: 'WO-2003', 404: 'WO-4011' }

async function exportFile({ workspaceUrl, tokens, call }: WorkspaceFiles, path: string): Promise<WorkspaceAnswer> {
  const query = new URLSearchParams({ path, format: 'AUTO', direct_download: 'true' })
  return call({
    method: 'GET',
    url: `${workspaceUrl}/api/2.0/workspace/export?${query}`,
    headers: { authorization: `Bearer ${await tokens.token()}` },
  })
}
