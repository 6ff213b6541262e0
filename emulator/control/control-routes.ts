/** `/__emulator/…`: look into the emulator and make it misbehave. Loopback only, no credentials. */
import { isVirtual } from '../clock.ts'
import type { Durations } from '../durations.ts'
import { ApiError, invalid, missing } from '../http/api-error.ts'
import { bodyOf, type Call, type Fields, listOf, ok, optionalText, requiredText, textsOf } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import type { Ingress } from '../runtime/ingress.ts'
import { addGroup, addUser } from '../workspace/seed.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type Faults, readFault } from './faults.ts'
import type { Latency } from './latency.ts'
import type { Recorder } from './recorder.ts'
import type { StaleReads } from './stale-reads.ts'
import { stateView } from './state-view.ts'

/** What can be looked at and set. */
export interface ControlContext {
  readonly workspace: Workspace
  readonly recorder: Recorder
  readonly faults: Faults
  readonly stale: StaleReads
  readonly latency: Latency
  readonly ingress: Pick<Ingress, 'settings' | 'configure' | 'cutWebSockets'>
}

const base = '/__emulator'

export function controlRoutes(context: ControlContext): readonly Route[] {
  return [...inspection(context), ...misbehaviour(context), ...time(context), ...roster(context), ...proxy(context)]
}

const route = (method: string, path: string, run: Route['run']): Route => ({
  method,
  pattern: base + path,
  open: true,
  run,
})

function inspection({ workspace, recorder, faults }: ControlContext): readonly Route[] {
  return [
    route('GET', '/state', () => ok({ ...stateView(workspace), requests: recorder.counts(), faults: faults.list() })),
    route('GET', '/requests', (call) => {
      const [method, path] = [call.query.get('method'), call.query.get('path')]
      const found = recorder
        .all()
        .filter((request) => method === null || request.method === method.toUpperCase())
        .filter((request) => path === null || request.path.startsWith(path))
      return ok({ requests: found, counts: recorder.counts() })
    }),
    route('DELETE', '/requests', () => {
      recorder.clear()
      return ok()
    }),
  ]
}

function misbehaviour({ faults, stale, latency }: ControlContext): readonly Route[] {
  return [
    route('GET', '/faults', () => ok({ faults: faults.list() })),
    route('POST', '/faults', (call) => {
      const fault = readFault(bodyOf(call))
      faults.add(fault)
      return ok({ id: fault.id })
    }),
    route('DELETE', '/faults', () => {
      faults.remove()
      return ok()
    }),
    route('DELETE', '/faults/:id', (call) => {
      if (!faults.list().some(({ id }) => id === call.params['id'])) throw missing('No fault has this id.')
      faults.remove(call.params['id'])
      return ok()
    }),
    route('POST', '/staleness', (call) => {
      stale.lagMs = milliseconds(bodyOf(call), 'ms')
      return ok({ ms: stale.lagMs })
    }),
    route('POST', '/latency', (call) => {
      const body = bodyOf(call)
      latency.set({ ms: milliseconds(body, 'ms'), jitterMs: milliseconds(body, 'jitterMs') })
      return ok()
    }),
  ]
}

function time({ workspace }: ControlContext): readonly Route[] {
  return [
    route('GET', '/clock', () => ok({ now: workspace.clock.now(), virtual: isVirtual(workspace.clock) })),
    route('POST', '/clock/advance', async (call) => {
      const { clock } = workspace
      if (!isVirtual(clock))
        throw new ApiError(400, 'BAD_REQUEST', 'This emulator runs on real time: start it with --clock virtual.')
      await clock.advance(milliseconds(bodyOf(call), 'ms'))
      return ok({ now: clock.now() })
    }),
    route('GET', '/durations', () => ok(workspace.durations)),
    route('POST', '/durations', (call) => {
      const body = bodyOf(call)
      const next: Record<keyof Durations, number> = { ...workspace.durations }
      for (const state of Object.keys(body)) {
        if (!isDuration(state, next)) throw invalid(`${state} is not one of ${Object.keys(next).join(', ')}.`)
        next[state] = milliseconds(body, state)
      }
      workspace.durations = next
      return ok(next)
    }),
  ]
}

const isDuration = (name: string, known: Durations): name is keyof Durations => Object.hasOwn(known, name)

function roster({ workspace }: ControlContext): readonly Route[] {
  const users = (call: Call) => {
    const body = bodyOf(call)
    return body['users'] === undefined ? [body] : listOf(body, 'users')
  }
  return [
    route('POST', '/users', (call) => {
      const added = users(call).map((item) => {
        const displayName = optionalText(item, 'displayName')
        return addUser(workspace, {
          email: requiredText(item, 'email'),
          ...(displayName === undefined ? {} : { displayName }),
          groups: textsOf(item, 'groups'),
        })
      })
      return ok({ users: added.map(({ id, userName }) => ({ id: String(id), userName })) })
    }),
    route('POST', '/groups', (call) => {
      const body = bodyOf(call)
      const group = addGroup(workspace, requiredText(body, 'displayName'), textsOf(body, 'members'))
      return ok({ id: String(group.id), displayName: group.displayName })
    }),
  ]
}

function proxy({ ingress }: ControlContext): readonly Route[] {
  return [
    route('GET', '/proxy', () => ok(ingress.settings())),
    route('POST', '/proxy', (call) => {
      const refused = ingress.configure(bodyOf(call))
      if (refused.length > 0) throw invalid(`Not understood: ${refused.join(', ')}.`)
      return ok(ingress.settings())
    }),
    route('POST', '/proxy/cut-websockets', (call) =>
      ok({ cut: ingress.cutWebSockets(optionalText(bodyOf(call), 'app')) }),
    ),
  ]
}

function milliseconds(body: Fields, field: string): number {
  const value = body[field] ?? 0
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw invalid(`${field} must be milliseconds from 0.`)
  return value
}
