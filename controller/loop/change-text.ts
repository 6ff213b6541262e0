/** What a new reading of a spec brings, in the words of the activity log. Pure. */
import type { ActivityEntry } from '@workshop/contracts/fleet-api'
import { sameRoom } from '@workshop/contracts/validate-room'
import { specChanges } from '../core/spec-changes.ts'
import type { WorkshopRecord } from './record.ts'
import { roomText } from './room-text.ts'
import type { Wish } from './subject.ts'

type News = Pick<ActivityEntry, 'level' | 'text'>

/** What a new reading brings, for people; nothing where only its commit is another one. */
export function changeNews({ wish: before }: WorkshopRecord, after: Wish): readonly News[] {
  const { problem, removal } = after.origin ?? {}
  const isOther = after.revision !== before.revision || after.problems[0]?.message !== before.problems[0]?.message
  return [
    ...(isOther ? [{ level: after.problems[0] ? 'error' : 'info', text: changeText(before, after) } as const] : []),
    ...(problem !== undefined && problem !== before.origin?.problem
      ? [{ level: 'warning', text: `source: ${problem}` } as const]
      : []),
    ...(removal !== undefined && removal !== before.origin?.removal
      ? [{ level: 'warning', text: removal } as const]
      : []),
    ...(sameRoom(before.room, after.room) ? [] : [{ level: 'info', text: roomText(after.room) } as const]),
  ]
}

function changeText(before: Wish, after: Wish): string {
  const [problem] = after.problems
  if (problem) return `spec refused: ${problem.where ? `${problem.where} ` : ''}${problem.message}`
  const changes = specChanges(before.workshop.spec, after.workshop.spec)
  return changes === '' ? 'spec changed' : `spec changed: ${changes}`
}
