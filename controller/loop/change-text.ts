/** What a new reading of a spec brings, in the words of the activity log. Pure. */
import { errorTable, type Problem } from '@workshop/contracts/errors'
import type { ActivityEntry } from '@workshop/contracts/fleet-api'
import { sameRoom } from '@workshop/contracts/validate-room'
import { specChanges } from '../core/spec-changes.ts'
import type { WorkshopRecord } from './record.ts'
import { roomText } from './room-text.ts'
import type { Wish } from './subject.ts'

type News = Pick<ActivityEntry, 'level' | 'text' | 'reason'>

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
    ...newNotices(after, before),
    ...(sameRoom(before.room, after.room) ? [] : [{ level: 'info', text: roomText(after.room) } as const]),
  ]
}

/** Warnings of the source that were not there before; without `before`, all. */
export function newNotices(after: Wish, before?: Wish): readonly News[] {
  const known = new Set(before?.notices?.map(noticeText))
  return (after.notices ?? [])
    .map(noticeText)
    .filter((text) => !known.has(text))
    .map((text) => ({ level: 'warning', reason: 'SpecNotice', text }))
}

function noticeText({ code, where, lines, message, fix }: Problem): string {
  const line = lines?.[0] === undefined ? '' : `, line ${lines[0]}`
  return `${code} ${where ?? ''}${line}: ${message}; ${fix ?? errorTable[code].fix}`
}

function changeText(before: Wish, after: Wish): string {
  const [problem] = after.problems
  if (problem) return `spec refused: ${problem.where ? `${problem.where} ` : ''}${problem.message}`
  const changes = specChanges(before.workshop.spec, after.workshop.spec)
  return changes === '' ? 'spec changed' : `spec changed: ${changes}`
}
