/** Finds and calls a controller that runs on this machine: it leaves its address and key in the state directory. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ErrorBody, type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'

export interface Endpoint {
  readonly url: string
  readonly key: string
  readonly pid: number
}

const fileIn = (stateDir: string) => join(stateDir, 'controller.json')

/** Writes the endpoint for this user alone. */
export async function announce(stateDir: string, endpoint: Endpoint): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  await rm(fileIn(stateDir), { force: true })
  await writeFile(fileIn(stateDir), JSON.stringify(endpoint), { mode: 0o600 })
}

export async function withdraw(stateDir: string): Promise<void> {
  await rm(fileIn(stateDir), { force: true })
}

/** Calls to the controller that keeps its state in `stateDir`. Throws WO-9001 when none runs. */
export interface RunningController {
  readonly workshops: () => Promise<readonly WorkshopView[]>
  readonly reconcile: (view: WorkshopView) => Promise<void>
  readonly confirmRemoval: (view: WorkshopView) => Promise<void>
  readonly say: (view: WorkshopView, room: WorkshopRoomSpec) => Promise<void>
  readonly suspend: (view: WorkshopView, on: boolean) => Promise<void>
}

export async function findController(stateDir: string): Promise<RunningController> {
  const text = await readFile(fileIn(stateDir), 'utf8').catch(() => undefined)
  if (text === undefined) throw new WorkshopError(noneRuns(stateDir))
  const { url, key } = JSON.parse(text) as Endpoint
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A controller on this machine answers from memory.
      signal: AbortSignal.timeout(10_000),
    }).catch((cause: unknown) => {
      throw new WorkshopError(noneRuns(stateDir), { cause })
    })
    if (response.ok) return response.json()
    const { error } = (await response.json()) as ErrorBody
    throw new WorkshopError(error)
  }
  const one = ({ namespace, name }: WorkshopView) => `/api/workshops/${namespace}/${name}`
  return {
    workshops: async () => (await call('GET', '/api/workshops')) as readonly WorkshopView[],
    reconcile: async (view) => void (await call('POST', `${one(view)}/reconcile`, {})),
    confirmRemoval: async (view) => void (await call('POST', `${one(view)}/confirm-removal`, {})),
    say: async (view, room) => void (await call('PUT', `${one(view)}/room`, room)),
    suspend: async (view, on) => void (await call('POST', `${one(view)}/suspend`, { on })),
  }
}

/** The one Workshop of this name; `namespace/name` where a name is not enough. Throws WO-1161 or WO-9001. */
export function pick(views: readonly WorkshopView[], name: string): WorkshopView {
  const found = views.filter((view) => [view.name, `${view.namespace}/${view.name}`].includes(name))
  const [view] = found
  if (view === undefined)
    throw new WorkshopError({ code: 'WO-1161', message: 'there is no Workshop of this name', where: name })
  if (found.length === 1) return view
  const names = found.map((each) => `${each.namespace}/${each.name}`).join(', ')
  throw new WorkshopError({ code: 'WO-9001', message: `${name} is in several namespaces`, fix: `say which: ${names}` })
}

function noneRuns(stateDir: string): Problem {
  return {
    code: 'WO-9001',
    message: 'no controller runs with this state directory',
    where: stateDir,
    fix: 'start one with workshop controller, or name its folder with --state-dir',
  }
}
