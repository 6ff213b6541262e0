import { expect, it } from 'vitest'
import { tellTrouble } from './narrate.ts'
import { WorkshopRecord } from './record.ts'
import { emptyState } from './state.ts'
import type { Wish, WishObject } from './subject.ts'

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

it('puts looks that are asked for a second apart, however many ask, and forgets none', () => {
  const record = aRecord()
  const asked = (requestedAt: string): Wish => ({ ...record.wish, object: { requestedAt } as WishObject })
  record.renew(asked('zero'))
  const planned = [0, 1, 10, 10, 999, 1_000, 1_001, 1_999, 5_000, 5_001].map((now, at) => {
    // Every third is told twice: two changes that came close together are both read as the later one.
    const wish = asked(`${at % 3 === 2 ? at - 1 : at}`)
    const due = now + record.askedTooSoon(wish, now)
    record.renew(wish)
    return due
  })
  expect(planned).toEqual([0, 1_000, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000, 5_000, 6_000])
})

it('lets nothing wait that is more than asking', () => {
  const record = aRecord()
  const first = { ...record.wish, object: { requestedAt: 'one' } as WishObject }
  expect(record.askedTooSoon(first, 0)).toBe(0)
  record.renew(first)
  expect(record.askedTooSoon({ ...first, revision: '2' }, 1)).toBe(0)
})
