import { expect, it } from 'vitest'
import { tellTrouble } from './narrate.ts'
import { WorkshopRecord } from './record.ts'
import { emptyState } from './state.ts'
import type { Wish } from './subject.ts'

const aRecord = () => {
  const workshop = { metadata: { name: 'day' }, spec: { participants: { users: [] }, suspend: false } }
  const wish = { key: 'default/day', workshop, people: [], revision: '1', problems: [] }
  return new WorkshopRecord('default', wish as unknown as Wish, emptyState)
}

it('says nothing that a terminal would act on, and nothing that looks like another line', async () => {
  const record = aRecord()
  const forged =
    'lunch \u{1F469}\u200D\u{1F4BB}\u001b]52;c;cm0=\u0007\r\n12:00:00  prod/day  deleted\u009b2J\u202Egnihton'
  await record.writeRoom({ announcement: { text: forged, level: 'info' } }, 1)
  expect(record.activity[0]?.text).toBe(
    'room: announced: lunch \u{1F469}\u200D\u{1F4BB} ]52;c;cm0= 12:00:00  prod/day  deleted 2J gnihton',
  )
  expect(record.room?.announcement?.text).toBe(forged)
})

it('tells trouble once that stays the same, also when its text has several lines', () => {
  const record = aRecord()
  for (const at of [1, 2, 3]) tellTrouble(record, 'Failed', 'no answer\nfrom the platform', at)
  expect(record.activity).toHaveLength(1)
})
