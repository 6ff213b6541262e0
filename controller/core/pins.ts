/** A live session pins its person to its worker: who keeps a place that placement has given away. Pure. */
import type { Desired, DesiredApp } from './desired.ts'
import type { Grant, Observed } from './observed.ts'

/** People who are on a wanted worker where they are no longer placed, with their live sessions; nobody who is off the roster. */
function displaced(app: DesiredApp, desired: Desired, observed: Observed) {
  const people = observed.apps.get(app.name)?.probe?.sessions.people ?? []
  if (app.ordinal === 0 || people.length === 0) return []
  const placed = new Set(app.grants.map(({ name }) => name))
  const onRoster = new Set(desired.roster.participants)
  return people.filter(({ email }) => onRoster.has(email) && !placed.has(email))
}

/** For the fleet file: address → worker. Who has sessions on several workers is sent to the lowest ordinal. */
export function pins(desired: Desired, observed: Observed): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const app of desired.apps) {
    const pinned = displaced(app, desired, observed).filter(({ live }) => live > 0)
    for (const { email } of pinned.sort((a, b) => (a.email < b.email ? -1 : 1))) found[email] ??= app.name
  }
  return found
}

/**
 * The app's grants and those of the displaced: taking theirs away would cut terminals off. Who has just ended the last
 * one keeps the way in until the worker has sent their page on.
 */
export function grantsWithPins(app: DesiredApp, desired: Desired, observed: Observed): readonly Grant[] {
  const names = displaced(app, desired, observed)
    .map(({ email }) => email)
    .sort()
  return [...app.grants, ...names.map((name): Grant => ({ principal: 'user', name, level: 'CAN_USE' }))]
}
