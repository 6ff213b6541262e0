/** Sessions pin their person to their worker: who keeps a place that placement has given away. Pure. */
import { personKey } from '@workshop/contracts/placement'
import type { Desired, DesiredApp } from './desired.ts'
import type { Grant, Observed, ObservedApp } from './observed.ts'

/** Why somebody is on a worker; `visit`: only looks at a page, which is about to move. */
type Tie = 'live' | 'ended' | 'visit'

/** Who is there, as the worker says; while it is silent for a moment, as it was before. */
function guests(app: DesiredApp, found: ObservedApp, observed: Observed): ReadonlyMap<string, Tie> {
  const users = found.grants?.filter(({ principal }) => principal === 'user') ?? []
  const mayEnter = new Set(users.map(({ name }) => personKey(name)))
  const ties = new Map<string, Tie>()
  if (found.probe === null) {
    for (const email of mayEnter) ties.set(email, 'visit')
    for (const [email, worker] of Object.entries(observed.fleetFile?.pins ?? {}))
      if (worker === app.name) ties.set(email, 'live')
    return ties
  }
  // What has ended cannot be restarted where nothing starts any more.
  const mayRestart = found.drainingSince === undefined && found.probe?.draining !== true
  for (const { email, live, ended = 0 } of found.probe?.sessions.people ?? []) {
    if (live > 0) ties.set(email, 'live')
    else if (ended > 0 && mayRestart) ties.set(email, 'ended')
    else if (mayEnter.has(email)) ties.set(email, 'visit')
  }
  return ties
}

/** The guests of a wanted worker; nobody who is off the roster. */
function guestsOf(app: DesiredApp, desired: Desired, observed: Observed): readonly (readonly [string, Tie])[] {
  const found = observed.apps.get(app.name)
  if (app.ordinal === 0 || !found) return []
  const there = guests(app, found, observed)
  if (there.size === 0) return []
  const onRoster = new Set(desired.roster.participants)
  return [...there].filter(([email]) => onRoster.has(email))
}

/**
 * For the fleet file: address → worker. Live sessions count before ended ones, wherever they are; who has such sessions
 * on several workers is sent to the lowest ordinal.
 */
export function pins(desired: Desired, observed: Observed): Readonly<Record<string, string>> {
  const ties = desired.apps.map((app) => ({ app, guests: guestsOf(app, desired, observed) }))
  const living = new Set(
    ties.flatMap(({ guests }) => guests.filter(([, tie]) => tie === 'live')).map(([email]) => email),
  )
  const found: Record<string, string> = {}
  for (const { app, guests } of ties) {
    const seated = new Set(app.seats)
    for (const [email, tie] of guests) {
      const counts = tie === 'live' || (tie === 'ended' && !living.has(email))
      if (counts && !seated.has(email)) found[email] ??= app.name
    }
  }
  return found
}

/**
 * The app's grants and those of its guests: taking theirs away would cut terminals off. Who has just ended the last
 * session keeps the way in until the worker has sent their page on.
 */
export function grantsWithPins(app: DesiredApp, desired: Desired, observed: Observed): readonly Grant[] {
  const granted = new Set(app.grants.map(({ name }) => name))
  const names = guestsOf(app, desired, observed).map(([email]) => email)
  const more = names.filter((name) => !granted.has(name)).sort()
  return [...app.grants, ...more.map((name): Grant => ({ principal: 'user', name, level: 'CAN_USE' }))]
}
