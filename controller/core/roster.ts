/** Who takes part: the spec's addresses, the roster files' and the groups' together. One person is one address without case. Pure. */
import { personKey, place } from '@workshop/contracts/placement'
import type { WorkshopSpec } from '@workshop/contracts/workshop'

export interface Roster {
  /** Lower-cased, sorted, without facilitators who only run the room. */
  readonly participants: readonly string[]
  readonly facilitators: readonly string[]
  /** Groups that the workspace does not know. While there are any, no grant is taken away. */
  readonly unknownGroups: readonly string[]
}

/** `fromFiles` are the addresses of `usersFrom`, `groups` what each group expands to (undefined: no such group). */
export function rosterOf(
  participants: WorkshopSpec['participants'],
  fromFiles: readonly string[],
  groups: ReadonlyMap<string, readonly string[] | undefined>,
): Roster {
  const members = participants.groups.flatMap((name) => groups.get(name) ?? [])
  return {
    participants: people([...participants.users, ...fromFiles, ...members]),
    facilitators: people(participants.facilitators),
    unknownGroups: participants.groups.filter((name) => groups.get(name) === undefined),
  }
}

/** People that one worker may hold; everyone keeps room for as many sessions as they may open. */
export function peoplePerWorker(sessions: WorkshopSpec['sessions'], workers: WorkshopSpec['workers']): number {
  return Math.max(1, Math.floor(workers.sessionsPerWorker / sessions.perUser))
}

/** Addresses by worker name; every worker has an entry. `unseated` found no place. */
export function seatsOf(
  participants: readonly string[],
  workers: readonly string[],
  perWorker: number,
): { readonly byWorker: ReadonlyMap<string, readonly string[]>; readonly unseated: readonly string[] } {
  const seats = place({ people: participants, workers, peoplePerWorker: perWorker })
  const byWorker = new Map<string, string[]>(workers.map((name) => [name, []]))
  for (const [person, worker] of seats) byWorker.get(worker)?.push(person)
  return { byWorker, unseated: participants.filter((person) => !seats.has(person)) }
}

interface Seating {
  readonly participants: readonly string[]
  readonly workers: readonly { readonly name: string; readonly cordoned: boolean }[]
  readonly peoplePerWorker: number
}

/** How many people sit on another worker after a change of the fleet than before it. */
export function movedPeople(before: Seating, after: Seating): number {
  const was = seatByPerson(before)
  return [...seatByPerson(after)].filter(([person, worker]) => was.has(person) && was.get(person) !== worker).length
}

function seatByPerson({ participants: people, workers, peoplePerWorker }: Seating): ReadonlyMap<string, string> {
  const open = workers.filter(({ cordoned }) => !cordoned).map(({ name }) => name)
  return place({ people, workers: open, peoplePerWorker })
}

function people(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.map(personKey).filter((address) => address !== ''))].sort()
}
