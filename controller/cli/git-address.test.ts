import { expect, it } from 'vitest'
import { httpsAddress } from './git-address.ts'

it.for([
  ['https://git.example.com/team/repo.git', 'https://git.example.com/team/repo.git'],
  ['https://ada:ghp_secret@git.example.com/team/repo', 'https://git.example.com/team/repo'],
  ['git@git.example.com:team/repo.git', 'https://git.example.com/team/repo.git'],
  ['ssh://git@git.example.com/team/repo.git', 'https://git.example.com/team/repo.git'],
  ['ssh://git@git.example.com:2222/team/repo', 'https://git.example.com/team/repo'],
  ['/home/ada/repo', undefined],
  ['file:///home/ada/repo', undefined],
  ['', undefined],
] as const)('the address that the platform clones from: %s', ([remote, address]) => {
  expect(httpsAddress(remote)).toBe(address)
})
