import { describe, expect, it } from 'vitest'
import { aFleet } from './fleet.fixture.ts'
import { seating } from './seats.ts'

const ada = 'ada@example.com'

describe('the seat of a person', () => {
  const fleet = aFleet()
  const placed = seating(fleet).seat(ada)?.name
  const other = fleet.workers.find(({ name }) => name !== placed)?.name ?? ''

  it('is where placement puts them', () => {
    expect(fleet.workers.map(({ name }) => name)).toContain(placed)
    expect(other).not.toBe('')
  })

  it('stays where live sessions pin them', () => {
    expect(seating({ ...fleet, pins: { [ada]: other } }).seat('Ada@Example.com')?.name).toBe(other)
  })

  it('is the placed one again when the pin names a worker that is gone', () => {
    expect(seating({ ...fleet, pins: { [ada]: 'vibe-worker-99' } }).seat(ada)?.name).toBe(placed)
  })

  it('is nobody-knows-where for strangers, pinned or not', () => {
    expect(seating({ ...fleet, pins: { 'mallory@example.com': other } }).seat('mallory@example.com')).toBeUndefined()
  })
})
