/** Calls to the apps themselves, with OAuth: the platform's proxy refuses a personal access token there. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { WorkerStatus } from '@workshop/contracts/worker-api'
import { isLoopbackName } from './client/loopback.ts'
import type { Workspace } from './workspace.ts'

/** An app that says nothing for this long counts as silent; the next probe comes soon. */
const answerWithinMs = 4_000

/** Its answer; null when it was silent, undefined when it cannot be asked (only a PAT). */
export async function askStatus(workspace: Workspace, url: string): Promise<WorkerStatus | null | undefined> {
  const answer = await controlCall(workspace, url, 'status').catch(() => null)
  if (!answer) return answer
  if (!answer.ok) return null
  const status = (await answer.json().catch(() => null)) as WorkerStatus | null
  return typeof status?.sessions?.live === 'number' ? status : null
}

/** No new sessions, or new ones again. Does nothing with a PAT: the wait for `drainTimeout` is then all there is. */
export async function askDrain(workspace: Workspace, url: string, on: boolean): Promise<void> {
  const answer = await controlCall(workspace, url, 'drain', { on })
  if (answer && !answer.ok) throw new Error(`${url} refused to drain with HTTP ${answer.status}`)
}

/** Read the fleet file now. Best effort: an app that does not hear it reads the file within 15 s anyway. */
export async function nudge(workspace: Workspace, url: string): Promise<void> {
  await controlCall(workspace, url, 'reload', {}).catch(() => undefined)
}

/** Could an app of the workspace `host` have this address? Apps have names and https; the emulator's are on loopback. */
export function isAppUrl(url: string, host: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username } = new URL(url)
  const isLoopback = isLoopbackName(hostname)
  if (isLoopbackName(new URL(host).hostname)) return isLoopback
  const isNumber = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return protocol === 'https:' && username === '' && !isLoopback && !isNumber && hostname.includes('.')
}

async function controlCall(
  workspace: Workspace,
  url: string,
  what: string,
  body?: unknown,
): Promise<Response | undefined> {
  // The workspace says where its apps are. It may not send us, and our token, to machines of our own network.
  if (!isAppUrl(url, workspace.host))
    throw new WorkshopError({ code: 'WO-2090', message: 'this is no address of an app', where: url })
  const bearer = await workspace.appBearer()
  if (bearer === undefined) return undefined
  return workspace.fetch(`${url}/api/control/${what}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerWithinMs),
  })
}
