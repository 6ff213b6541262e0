/** A live session pins its person to its worker: who keeps a place that placement has given away. Pure. */
import type { Desired, DesiredApp } from './desired.ts'
import type { Grant, Observed } from './observed.ts'

/** People with live sessions on a wanted worker where they are no longer placed; nobody who is off the roster. Sorted. */
export function pinnedTo(app: DesiredApp, desired: Desired, observed: Observed): readonly string[] {
  const people = observed.apps.get(app.name)?.probe?.sessions.people ?? []
  if (app.ordinal === 0 || people.length === 0) return []
  const placed = new Set(app.grants.map(({ name }) => name))
  const onRoster = new Set(desired.roster.participants)
  return people
    .filter(({ email, live }) => live > 0 && onRoster.has(email) && !placed.has(email))
    .map(({ email }) => email)
    .sort()
}

/** For the fleet file: address → worker. Who has sessions on several workers is sent to the lowest ordinal. */
export function pins(desired: Desired, observed: Observed): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const app of desired.apps) for (const person of pinnedTo(app, desired, observed)) found[person] ??= app.name
  return found
}

/** The app's grants and those of the people who are pinned to it: taking theirs away would cut their terminals off. */
export function grantsWithPins(app: DesiredApp, desired: Desired, observed: Observed): readonly Grant[] {
  const pinned = pinnedTo(app, desired, observed)
  return [...app.grants, ...pinned.map((name): Grant => ({ principal: 'user', name, level: 'CAN_USE' }))]
}
