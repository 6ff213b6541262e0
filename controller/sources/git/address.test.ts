import { describe, expect, it } from 'vitest'
import { parseGitAddress } from './address.ts'

it.for([
  ['https://github.com/acme/room', { kind: 'head' }, '.'],
  ['https://github.com/acme/room#main', { kind: 'name', name: 'main' }, '.'],
  ['https://github.com/acme/room#main:events/', { kind: 'name', name: 'main' }, 'events'],
  ['https://github.com/acme/room#:events', { kind: 'head' }, 'events'],
  ['https://github.com/acme/room#semver=>=1.0 <2', { kind: 'semver', name: '>=1.0 <2' }, '.'],
  ['git@github.com:acme/room.git#tag=v1', { kind: 'tag', name: 'v1' }, '.'],
  ['ssh://git@host:2222/room#branch=feature/x', { kind: 'branch', name: 'feature/x' }, '.'],
  [`file:///srv/room#${'a'.repeat(40)}`, { kind: 'commit', name: 'a'.repeat(40) }, '.'],
  ['http://127.0.0.1:8080/room#main', { kind: 'name', name: 'main' }, '.'],
] as const)('%s', ([text, ref, path]) => {
  expect(parseGitAddress(text)).toMatchObject({ ref, path })
})

describe('what git could misread or must not be asked for', () => {
  it.for([
    'http://github.com/acme/room',
    'ext::sh -c id',
    'ftp://host/room',
    '--upload-pack=id',
    '-room:x',
    'https://host/room#--output=x',
    'https://host/room#main..next',
    'https://host/room#main.lock',
    'https://host/room#commit=abc',
    'https://host/room#semver=',
    'https://host/room#main:../up',
    'https://host/room#main:a/../../b',
    'https://host/room#main:.git/config',
    'https://host/ro om',
  ])('%s', (text) => {
    expect(() => parseGitAddress(text)).toThrow('WO-9001')
  })

  it('never repeats a credential', () => {
    for (const text of ['https://ada:hunter2@host/room', 'https://hunter2@host/room', 'ssh://git:hunter2@host/room']) {
      expect(() => parseGitAddress(text)).toThrow(/^(?!.*hunter2)/)
    }
  })
})
