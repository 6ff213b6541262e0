/** Where a person sits, as the hub tells it. Pure. */
import type { JoinState } from '@workshop/contracts/worker-api'
import { isOpen, type Seating, seatAddress } from '../fleet/seats.ts'

/** The state of one person's place; `url` only once it can be opened. */
export function joinState(seating: Seating, email: string): JoinState {
  const seat = seating.seat(email)
  if (!seat)
    return { email, worker: '', state: 'no-seat', message: 'Every seat is taken. The organiser can add a worker.' }
  if (!isOpen(seat))
    return { email, worker: seat.name, state: 'preparing', message: `${seat.name} is being prepared for you.` }
  return {
    email,
    worker: seat.name,
    state: 'ready',
    url: seatAddress(seat, seating.fleet.version),
    message: `${seat.name} is ready.`,
  }
}
