/**
 * The other side of the fleet bench, in a process of its own so that CPU and memory of the controller are the
 * controller's alone: emulated workspaces whose apps are states only. Their clock is moved by whoever started this, or
 * is the machine's.
 */
import { type Emulator, startEmulator } from '../../../emulator/server.ts'
import { adminToken } from '../../../emulator/testing/client.ts'
import { idleAppHost } from '../../../emulator/testing/idle-app-host.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

export interface WorkspacesOrder {
  /** For each workspace: the people it knows. */
  readonly people: readonly (readonly string[])[]
  readonly isVirtual: boolean
}

export type Request =
  | { readonly do: 'open'; readonly order: WorkspacesOrder }
  | { readonly do: 'advance'; readonly at: number }
  | { readonly do: 'count' }
  | { readonly do: 'close' }

export interface Counts {
  readonly reads: number
  readonly writes: number
  /** Most calls that one workspace got within any second of its time. */
  readonly mostInASecond: number
}

const time = new VirtualTime()
let emulators: readonly Emulator[] = []

async function open({ people, isVirtual }: WorkspacesOrder): Promise<readonly string[]> {
  const started: Emulator[] = []
  for (const each of people) {
    const users = each.map((email) => ({ email, displayName: email }))
    const appHost = idleAppHost()
    const clock = isVirtual ? { clock: time } : {}
    const profile = isVirtual ? 'realistic' : 'instant'
    started.push(await startEmulator({ token: adminToken, users, appHost, profile, pageSize: 100, ...clock }))
  }
  emulators = started
  return emulators.map(({ url }) => url)
}

/** Since the last count. */
function count(): Counts {
  const all = emulators.map(({ recorder }) => recorder.counts())
  const peaks = emulators.map(({ recorder }) => peak(recorder.all().map(({ at }) => at)))
  for (const { recorder } of emulators) recorder.clear()
  return {
    reads: all.reduce((sum, { reads }) => sum + reads, 0),
    writes: all.reduce((sum, { writes }) => sum + writes, 0),
    mostInASecond: Math.max(0, ...peaks),
  }
}

function peak(times: readonly number[]): number {
  let most = 0
  let from = 0
  times.forEach((at, index) => {
    while ((times[from] ?? at) <= at - 1_000) from += 1
    most = Math.max(most, index - from + 1)
  })
  return most
}

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'open':
      return open(request.order)
    case 'advance':
      return time.advanceTo(request.at)
    case 'count':
      return count()
    case 'close':
      await Promise.all(emulators.map(({ close }) => close()))
      return undefined
  }
}

process.on('message', ({ id, request }: { readonly id: number; readonly request: Request }) => {
  answer(request).then(
    (result) => {
      process.send?.({ id, result })
      if (request.do === 'close') process.disconnect()
    },
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
