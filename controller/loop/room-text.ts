/** What is said in a room, in the words of the activity log. Pure. */
import { isSilent } from '@workshop/contracts/validate-room'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'

/** What is said in the room, in one line. */
export function roomText(room: WorkshopRoomSpec | undefined): string {
  if (room === undefined || isSilent(room)) return 'room: nothing is announced'
  const { announcement, closesAt } = room
  const said = announcement ? [`announced: ${announcement.text}`] : []
  return `room: ${[...said, ...(closesAt === undefined ? [] : [`closes at ${closesAt}`])].join('; ')}`
}
