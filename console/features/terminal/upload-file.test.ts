import { expect, it } from 'vitest'
import { pictureName, shellWord, uploadName } from './upload-file.ts'

it.for([
  ['Sales 2026.csv', 'Sales 2026.csv'],
  ['../../etc/passwd', 'etcpasswd'],
  ['-rf', 'rf'],
  ['.env', 'env'],
  ['a\u202egnp.exe', 'agnp.exe'],
  ['...', 'file'],
  [`${'long '.repeat(20)}.parquet`, `${'long '.repeat(20).slice(0, 52).trimEnd()}.parquet`],
] as const)('names %j so that the worker takes it', ([name, named]) => {
  expect(uploadName(name)).toBe(named)
})

it('names a picture of the clipboard by the time and quotes paths for a shell', () => {
  expect(pictureName('image/jpeg', new Date(2026, 10, 21, 9, 5, 7))).toBe('pasted-090507.jpeg')
  expect(shellWord('/uploads/a-b_c.png')).toBe('/uploads/a-b_c.png')
  expect(shellWord("/uploads/it's über.csv")).toBe(`'/uploads/it'\\''s über.csv'`)
})
