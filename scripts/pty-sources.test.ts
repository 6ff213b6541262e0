import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { nativeBinary, sourcesHash } from './pty-sources.ts'

it('the shipped native part was built from the sources that are here (node scripts/build-pty.ts builds it anew)', () => {
  expect(readFileSync(`${nativeBinary}.sources.sha256`, 'utf8').trim()).toBe(sourcesHash())
})
