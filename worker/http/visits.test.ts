import { describe, expect, it } from 'vitest'
import { Visits, visitMs } from './visits.ts'

describe('who was here a moment ago', () => {
  it('stands behind those who work, once, until it is long ago', () => {
    let now = 1_000
    const visits = new Visits(() => now)
    for (const email of ['Ada@example.com', 'grace@example.com', 'ada@example.com']) visits.note(email)
    const working = [{ email: 'grace@example.com', live: 2 }]
    expect(visits.beside(working)).toEqual([...working, { email: 'ada@example.com', live: 0 }])
    now += visitMs
    expect(visits.beside([])).toHaveLength(2)
    visits.note('ada@example.com')
    now += 1
    expect(visits.beside([])).toEqual([{ email: 'ada@example.com', live: 0 }])
  })
})
