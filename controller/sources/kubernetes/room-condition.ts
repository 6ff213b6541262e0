/** Whether people in a room are told what its WorkshopRoom says, for its condition Ready. Pure. */
import type { ConditionUpdate } from '@workshop/contracts/conditions'
import type { Problem } from '@workshop/contracts/errors'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'

export interface RoomConditionInput {
  readonly spec: WorkshopRoomSpec | undefined
  readonly problems: readonly Problem[]
  /** Status of the Workshop of the same name; undefined without one. */
  readonly workshop: WorkshopStatus | undefined
}

export function roomCondition({ spec, problems: [problem], workshop }: RoomConditionInput): ConditionUpdate {
  const not = (reason: string, message: string) => ({ type: 'Ready', status: 'False', reason, message }) as const
  if (problem) return not('InvalidSpec', `${problem.code} ${problem.where ?? ''}: ${problem.message}`)
  if (!workshop) return not('NoWorkshop', 'there is no Workshop of this name in this namespace')
  const { room, conditions = [] } = workshop
  if (room?.announcement === spec?.announcement?.text && room?.closesAt === spec?.closesAt)
    return { type: 'Ready', status: 'True', reason: 'Published', message: 'hub and workers are told' }
  const isSuspended = conditions.some(({ type, status }) => type === 'Suspended' && status === 'True')
  if (isSuspended) return not('Suspended', 'the Workshop is suspended, so hub and workers are not told')
  const ready = conditions.find(({ type }) => type === 'Ready')
  return not('Publishing', `hub and workers are told at the next look${ready ? `; ${ready.reason}` : ''}`)
}
