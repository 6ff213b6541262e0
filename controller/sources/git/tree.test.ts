import { expect, it } from 'vitest'
import { filesToExport, parseTree } from './tree.ts'

const blob = 'b'.repeat(40)
const line = (mode: string, path: string, size = '3') => `${mode} blob ${blob} ${size.padStart(7)}\t${path}`

it('exports the regular files below a folder, without links and submodules', () => {
  const entries = parseTree(
    [
      line('100644', 'events/a b.workshop.yaml'),
      line('100755', 'events/sub/run.sh'),
      line('120000', 'events/link'),
      `160000 commit ${blob}       -\tevents/module`,
      line('100644', 'eventsmore/x'),
      '',
    ].join('\0'),
  )
  expect(filesToExport(entries, 'events').map(({ path }) => path)).toEqual(['a b.workshop.yaml', 'sub/run.sh'])
})

it.for(['../x', 'a/../../x', '/etc/x', 'a/.GIT/config', 'a\\b', 'a\nb'])('refuses the name %j', (path) => {
  expect(() => filesToExport(parseTree(line('100644', path)), '.')).toThrow('WO-1172')
})

it('refuses more files or bytes than the limits', () => {
  const entries = parseTree([line('100644', 'a', '6'), line('100644', 'b', '6')].join('\0'))
  expect(() => filesToExport(entries, '.', { maxFiles: 1, maxBytes: 100 })).toThrow('2 files')
  expect(() => filesToExport(entries, '.', { maxFiles: 2, maxBytes: 11 })).toThrow('12 bytes')
  expect(filesToExport(entries, '.', { maxFiles: 2, maxBytes: 12 })).toHaveLength(2)
})
