/** Sessions pin their person to their worker: who keeps a place that placement has given away. Pure. */
import type { Desired, DesiredApp } from './desired.ts'
import type { Grant, Observed } from './observed.ts'

/** Somebody who is on a wanted worker, though no longer placed there. */
interface Displaced {
  readonly email: string
  /** Has sessions there, running or to be restarted. Without, they only look at a page that is about to move. */
  readonly isPinned: boolean
}

/** Sorted; nobody who is off the roster. */
function displaced(app: DesiredApp, desired: Desired, observed: Observed): readonly Displaced[] {
  const found = observed.apps.get(app.name)
  if (app.ordinal === 0 || !found) return []
  const placed = new Set(app.grants.map(({ name }) => name))
  const onRoster = new Set(desired.roster.participants)
  const mayEnter = new Set(found.grants?.filter(({ principal }) => principal === 'user').map(({ name }) => name))
  // Silence for a moment says nothing of who is there: all stays as it was.
  const people =
    found.probe === null
      ? [...mayEnter].map((email) => ({ email, isPinned: observed.fleetFile?.pins?.[email] === app.name }))
      : (found.probe?.sessions.people ?? []).map(({ email, live, ended = 0 }) => ({
          email,
          isPinned: live + ended > 0,
        }))
  return people
    .filter(({ email }) => onRoster.has(email) && !placed.has(email))
    .filter(({ email, isPinned }) => isPinned || mayEnter.has(email))
    .sort((one, other) => (one.email < other.email ? -1 : 1))
}

/** For the fleet file: address → worker. Who has sessions on several workers is sent to the lowest ordinal. */
export function pins(desired: Desired, observed: Observed): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const app of desired.apps)
    for (const { email, isPinned } of displaced(app, desired, observed)) if (isPinned) found[email] ??= app.name
  return found
}

/**
 * The app's grants and those of the displaced: taking theirs away would cut terminals off. Who has just ended the last
 * session keeps the way in until the worker has sent their page on.
 */
export function grantsWithPins(app: DesiredApp, desired: Desired, observed: Observed): readonly Grant[] {
  const people = displaced(app, desired, observed)
  return [...app.grants, ...people.map(({ email }): Grant => ({ principal: 'user', name: email, level: 'CAN_USE' }))]
}
