import { describe, expect, it } from 'vitest'
import { validateRoomSpec } from './validate-room.ts'

describe('what is said in a room', () => {
  it('has a level and a closing time in UTC', () => {
    const spec = { announcement: { text: 'Lunch' }, closesAt: '2026-11-21T18:30:00+02:00' }
    expect(validateRoomSpec('day', spec)).toEqual({
      spec: { announcement: { text: 'Lunch', level: 'info' }, closesAt: '2026-11-21T16:30:00.000Z' },
      problems: [],
    })
  })

  it.for([
    ['blanks only', { announcement: { text: ' \n ' } }, 'WO-1107', 'spec'],
    ['no text', { announcement: { level: 'info' } }, 'WO-1101', 'spec.announcement.text'],
    ['a level that nobody knows', { announcement: { text: 'x', level: 'loud' } }, 'WO-1105', 'spec.announcement.level'],
    ['a time without offset', { closesAt: '2026-11-21T18:30:00' }, 'WO-1106', 'spec.closesAt'],
    ['a field that nobody knows', { closeAt: '2026-11-21T18:30:00Z' }, 'WO-1104', 'spec.closeAt'],
    ['a list', [], 'WO-1102', 'spec'],
  ] as const)('is refused with %s', ([, spec, code, where]) => {
    expect(validateRoomSpec('day', spec).problems[0]).toMatchObject({ code, where })
  })
})
