import { expect, it } from 'vitest'
import { ownKey } from './terminal-keys.ts'

const press = (key: string, code: string, ctrlKey = false, shiftKey = false) => ({
  ...{ type: 'keydown', key, code, ctrlKey, shiftKey },
})

it.for([
  ['Shift+Enter is a new line for an agent', press('Enter', 'Enter', false, true), 'claude', false, 'newline'],
  ['and Enter for a shell', press('Enter', 'Enter', false, true), 'shell', false, 'program'],
  ['Ctrl+Shift+C copies what is selected', press('C', 'KeyC', true, true), 'shell', true, 'copy'],
  ['and is the program’s when nothing is', press('C', 'KeyC', true, true), 'shell', false, 'program'],
  ['Ctrl+C is always the program’s', press('c', 'KeyC', true), 'shell', true, 'program'],
  ['Ctrl+Shift+V is the browser’s paste', press('V', 'KeyV', true, true), 'shell', false, 'paste'],
  ['Ctrl+V is the program’s', press('v', 'KeyV', true), 'shell', false, 'program'],
] as const)('%s', ([, key, agent, selected, expected]) => {
  expect(ownKey(key, agent, selected)).toBe(expected)
})
