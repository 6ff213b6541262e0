/** Who may be where, computed from one fleet file: roles, seats and the apps' own addresses. Pure. */
import type { FleetFile, FleetMember } from '@workshop/contracts/fleet-file'
import { personKey, place } from '@workshop/contracts/placement'

/** What a person is to this workshop. */
export type Role = 'participant' | 'facilitator'

/** One fleet file, made ready for questions. */
export interface Seating {
  readonly fleet: FleetFile
  readonly role: (email: string) => Role | undefined
  /** The worker where this person sits; undefined when nobody has a free seat for them. */
  readonly seat: (email: string) => FleetMember | undefined
  readonly member: (appName: string) => FleetMember | undefined
  readonly isOperator: (principal: string) => boolean
}

/** Facilitators are spread by the same hash over all workers, outside the seats; they may enter every worker. */
export function seating(fleet: FleetFile): Seating {
  const members = new Map([fleet.hub, ...fleet.workers].map((member) => [member.name, member]))
  const open = fleet.workers.filter(({ cordoned }) => !cordoned).map(({ name }) => name)
  const participants = new Set(fleet.participants.map(personKey))
  const facilitators = new Set(fleet.facilitators.map(personKey))
  const operators = new Set(fleet.operators.map(personKey))
  const seats = place({ people: fleet.participants, workers: open, peoplePerWorker: fleet.peoplePerWorker })

  const pinned = (person: string) => {
    const worker = fleet.pins?.[person]
    return worker !== undefined && members.has(worker) ? worker : undefined
  }
  const seatName = (person: string) => {
    if (participants.has(person)) return pinned(person) ?? seats.get(person)
    if (!facilitators.has(person)) return undefined
    return place({ people: [person], workers: open, peoplePerWorker: 1 }).get(person)
  }
  return {
    fleet,
    role: (email) => {
      const person = personKey(email)
      if (facilitators.has(person)) return 'facilitator'
      return participants.has(person) ? 'participant' : undefined
    },
    seat: (email) => members.get(seatName(personKey(email)) ?? ''),
    member: (appName) => members.get(appName),
    isOperator: (principal) => principal !== '' && operators.has(personKey(principal)),
  }
}

/** Is it up, and known where? Before that people wait on the hub. */
export function isOpen({ ready, url }: FleetMember): boolean {
  return ready && url !== ''
}

/** The address that a browser is sent to; `?fleet=` says which roster the sender went by. */
export function seatAddress(member: FleetMember, fleetVersion: number): string {
  return `${member.url}/?fleet=${fleetVersion}`
}

/** When the room closes, epoch ms. */
export function closingTime(fleet: FleetFile | undefined): number | undefined {
  const at = fleet?.room?.closesAt
  return at === undefined ? undefined : Date.parse(at)
}
