import { describe, expect, it } from 'vitest'
import { fontSizes, letterSize, read, resizeLetters, terminalSettings } from './terminal-settings.ts'

describe('what this browser keeps about terminals', () => {
  it.for([
    [null, { fontSize: undefined, screenReader: false }],
    ['{"fontSize":18,"screenReader":true}', { fontSize: 18, screenReader: true }],
    ['{"fontSize":500,"screenReader":"yes"}', { fontSize: undefined, screenReader: false }],
    ['not JSON', { fontSize: undefined, screenReader: false }],
    ['null', { fontSize: undefined, screenReader: false }],
  ] as const)('is read as far as it makes sense: %s', ([text, expected]) => {
    expect(read(text)).toEqual(expected)
  })

  it('is written when it changes, within what can be read', () => {
    resizeLetters(2)
    expect(JSON.parse(localStorage.getItem('workshop.terminal') ?? '')).toMatchObject({ fontSize: letterSize() })
    resizeLetters(500)
    expect(letterSize()).toBe(fontSizes.most)
    terminalSettings.fontSize = undefined
    expect(letterSize()).toBe(14)
  })
})
