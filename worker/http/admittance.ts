/** Who may enter this app, decided from roster, seats and sessions. Pure. */
import type { FleetMember } from '@workshop/contracts/fleet-file'
import { isOpen, type Role, type Seating, seatAddress } from '../fleet/seats.ts'
import { Refusal } from './refusal.ts'

/** Someone at the door. */
export interface Visitor {
  readonly email: string
  /** Sessions here, running or to be restarted, keep their person here, wherever the seat has moved to. */
  readonly isPinned: boolean
}

/**
 * The role under which the visitor enters. Everybody of the roster may enter the hub; facilitators every worker.
 * @throws Refusal WO-4001 not on the roster, WO-4002 placed elsewhere (with the link), WO-4004 no free seat anywhere
 */
export function admit(seating: Seating, appName: string, { email, isPinned }: Visitor): Role {
  const role = seating.role(email)
  const { fleet } = seating
  if (!role)
    throw new Refusal({
      code: 'WO-4001',
      message: `${email || 'This account'} is not on the roster of ${fleet.workshop.title}`,
    })
  if (role === 'facilitator' || appName === fleet.hub.name || isPinned) return role
  const seat = seating.seat(email)
  if (seat?.name === appName) return role
  throw elsewhere(seat, seating)
}

/** To the seat, or to the hub, which waits with them until the seat can be taken. */
function elsewhere(seat: FleetMember | undefined, { fleet }: Seating): Refusal {
  if (!seat) return new Refusal({ code: 'WO-4004', message: 'Every seat of this workshop is taken' })
  const next = isOpen(seat) ? seat : fleet.hub
  const link = next.url === '' ? undefined : seatAddress(next, fleet.version)
  return new Refusal({ code: 'WO-4002', message: `Your terminals are on ${seat.name}` }, link)
}
