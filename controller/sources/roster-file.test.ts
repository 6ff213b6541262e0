import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRoster } from './roster-file.ts'

const emails = (text: string) => parseRoster(text, 'roster.csv').people.map(({ email }) => email)

describe('reading a roster file', () => {
  it.for([
    ['one address a line', 'ada@example.com\n\n# late\ngrace@example.com\n'],
    ['a CSV with an email column', 'name,email\nAda,ada@example.com\n"Hopper, Grace",grace@example.com\n'],
    [
      'semicolons and capitals, as spreadsheets write',
      '\uFEFFEmail;Name\r\nada@example.com;Ada\r\ngrace@example.com;Grace\r\n',
    ],
  ])('takes %s', ([, text]) => {
    expect(parseRoster(text ?? '', 'roster.csv').problems).toEqual([])
    expect(emails(text ?? '')).toEqual(['ada@example.com', 'grace@example.com'])
  })

  it.for([
    ['an empty file', '', 'WO-1131', undefined],
    ['a header alone', 'name,email\n', 'WO-1131', undefined],
    ['no email column', 'name,city\nAda,London\n', 'WO-1131', undefined],
    ['a quote left open', 'email\n"ada@example.com\n', 'WO-1131', undefined],
    ['a line that is no address', 'ada@example.com\nGrace Hopper\n', 'WO-1131', [2]],
    ['one person twice', 'email\nada@example.com\nADA@example.com\n', 'WO-1130', [2, 3]],
  ] as const)('refuses %s', ([, text, code, lines]) => {
    const { problems } = parseRoster(text, 'roster.csv')
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code, where: 'roster.csv', ...(lines ? { lines } : {}) })
  })

  it.for(['hunter2\n', 'ada@example.com\nhunter2\n', 'hunter2,x\n"y', 'hunter2@x\nHUNTER2@x\n', 'a@b,hun"ter2\n'])(
    'says nothing of what a Secret holds: %j',
    (text) => {
      const { problems } = parseRoster(text, 'Secret roster', true)
      expect(problems.length).toBeGreaterThan(0)
      expect(JSON.stringify(problems)).not.toMatch(/hun.*ter2/i)
    },
  )

  it('takes the hundred people of the example', () => {
    const file = new URL('../../examples/lakehouse-day.roster.csv', import.meta.url)
    expect(new Set(emails(readFileSync(file, 'utf8'))).size).toBe(100)
  })
})
