import { describe, expect, it } from 'vitest'
import { barKeyBytes, withSticky } from './key-bytes.ts'
import { cleanPaste, pasteQuestion } from './paste-text.ts'
import { lostSentence, phaseLook, secondsLeft } from './phase-look.ts'
import { clipboardText, lastWords, safeLink, safeTitle } from './screen-text.ts'
import { terminalPalette } from './terminal-theme.ts'

const esc = '\u001b'

describe('what is pasted', () => {
  it.for([
    ['an escape that ends bracketed paste', `a${esc}[201~rm -rf /`, 'a[201~rm -rf /'],
    ['a C1 control', 'a\u009b31mb', 'a31mb'],
    ['Windows line ends', 'a\r\nb\rc', 'a\nb\nc'],
    ['tabs and letters of any script', 'x\tü漢🙂', 'x\tü漢🙂'],
  ] as const)('is cleaned of %s', ([, text, clean]) => {
    expect(cleanPaste(text)).toBe(clean)
  })
  const whole = 'x'.repeat(4_095)
  it.for([
    ['one line', 'one line', false, false, undefined],
    ['one line with its end', 'one line\n', false, false, undefined],
    ['two lines', 'two\nlines\n', false, false, /^Paste 2 lines\? .*run at once\.$/],
    ['two lines for a program that takes them as one', 'two\nlines', true, false, undefined],
    ['the longest line that a program gets whole', whole, false, true, undefined],
    ['one byte more', `${whole}x`, false, true, /^Paste 1 line\? Line 1 is too long .*4095 bytes/],
    ['one byte more, key by key', `${whole}x`, false, false, undefined],
    ['a line that is long in bytes only', 'é'.repeat(2_048), false, true, /Line 1 is too long/],
    ['a long line among others', `a\n${whole}x\nb`, false, true, /3 lines\?.*run at once\. Line 2 is too long/],
    ['a long last line, as one piece', `a\n${whole}x\n`, true, true, /^Paste 2 lines\? Line 2 is too long/],
  ] as const)('is asked about: %s', ([, text, bracketed, canonical, asked]) => {
    const { title, description } = pasteQuestion(text, { bracketed, canonical }) ?? {}
    if (asked) expect(`${title} ${description}`).toMatch(asked)
    else expect(title).toBeUndefined()
  })
})

describe('what a program says', () => {
  it('keeps a title to one harmless line', () => {
    expect(safeTitle(`a${esc}[31m\n\u202eb`)).toBe('a [31m b')
    expect(safeTitle('\u2733 Claude Code')).toBe('Claude Code')
    expect(safeTitle('x'.repeat(100))).toHaveLength(60)
  })
  it.for([
    ['a shell', ['$ git status -s', ' M a.sql', '❯ '], 'M a.sql'],
    ['frames and bullets', ['│ ● Wrote 18 lines │', '╰────╯'], 'Wrote 18 lines'],
    [
      'an agent with its input box',
      ['✻ Validating…', '────────────', '> type here', '────────────', '  accept edits on'],
      'Validating…',
    ],
    ['nothing', ['', '  '], ''],
  ] as const)('finds the last words of %s', ([, lines, words]) => {
    expect(lastWords(lines)).toBe(words)
  })
  it.for([
    ['c;aGk=', 'hi'],
    ['c;?', undefined],
    ['c;', undefined],
    ['c;%%%', undefined],
    ['c;/w==', undefined],
    [`c;${'A'.repeat(1_400_001)}`, undefined],
  ] as const)('a clipboard request gives text or nothing (%#)', ([data, text]) => {
    expect(clipboardText(data)).toBe(text)
  })
  it.for([
    ['https://example.com/a', 'https://example.com/a'],
    ['javascript:alert(1)', undefined],
    ['file:///etc/passwd', undefined],
    ['not a link', undefined],
  ] as const)('opens %s: %s', ([address, opened]) => {
    expect(safeLink(address)).toBe(opened)
  })
})

describe('keys of the bar', () => {
  const free = { ctrl: false, alt: false }
  it.for([
    ['up', false, free, `${esc}[A`],
    ['up', true, free, `${esc}OA`],
    ['left', true, { ctrl: true, alt: false }, `${esc}[1;5D`],
    ['interrupt', false, free, '\u0003'],
    ['tab', false, { ctrl: false, alt: true }, `${esc}\t`],
  ] as const)('%s types its bytes', ([key, application, sticky, bytes]) => {
    expect(barKeyBytes(key, application, sticky)).toBe(bytes)
  })
  it('bends one letter with Ctrl and Alt and leaves pastes alone', () => {
    expect(withSticky('r', { ctrl: true, alt: false })).toBe('\u0012')
    expect(withSticky('b', { ctrl: false, alt: true })).toBe(`${esc}b`)
    expect(withSticky('two', { ctrl: true, alt: true })).toBe('two')
  })
})

it('says the states of a connection and why a terminal is lost', () => {
  expect(phaseLook({ name: 'reconnecting', attempt: 1, retryAt: 5_100, message: '' }, 3_000)?.word).toBe(
    'reconnecting, 3 s',
  )
  expect(phaseLook({ name: 'live' }, 0)).toBeUndefined()
  expect(secondsLeft(0, 9_000)).toBe(1)
  expect(lostSentence({ name: 'ended', end: { why: 'gone' } })).toContain('no longer knows')
  expect(lostSentence({ name: 'ended', end: { why: 'exit', exit: { code: 0, signal: 0 } } })).toBeUndefined()
})

it('takes all twenty-one colours of a terminal from the tokens', () => {
  const theme = terminalPalette((property) => ` ${property} `)
  expect(theme).toMatchObject({ background: '--term-bg', brightBlue: '--term-bright-blue', white: '--term-white' })
  expect(Object.keys(theme)).toHaveLength(21)
})
