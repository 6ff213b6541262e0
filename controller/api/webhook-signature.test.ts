import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { isFromGitHost } from './webhook-signature.ts'

const secret = 'push-secret'
const body = Buffer.from('{"ref":"refs/heads/main"}')
const mac = createHmac('sha256', secret).update(body).digest('hex')
const sha1 = createHmac('sha1', secret).update(body).digest('hex')

it.for([
  ['GitHub', { 'x-hub-signature-256': `sha256=${mac}`, 'x-hub-signature': `sha1=${sha1}` }, true],
  ['Bitbucket', { 'x-hub-signature': `sha256=${mac}` }, true],
  ['Gitea', { 'x-gitea-signature': mac }, true],
  ['the generic form', { 'x-signature': `sha256=${mac.toUpperCase()}` }, true],
  ['GitLab', { 'x-gitlab-token': secret }, true],
  ['nobody', {}, false],
  ['GitLab with another token', { 'x-gitlab-token': 'push-secre' }, false],
  ['SHA-1 alone', { 'x-hub-signature': `sha1=${sha1}` }, false],
  ['an empty signature', { 'x-hub-signature-256': '' }, false],
  ['the signature of another body', { 'x-hub-signature-256': `sha256=${mac.replace(/.$/, '0')}x` }, false],
  ['a right one beside a wrong one', { 'x-hub-signature-256': `sha256=${mac}`, 'x-gitlab-token': 'guess' }, false],
] as const)('%s: %s is let in: %s', ([, headers, wanted]) => {
  expect(isFromGitHost(headers, body, secret)).toBe(wanted)
})

it('lets nobody in without a secret, not even with an empty token', () => {
  expect(isFromGitHost({ 'x-gitlab-token': '' }, body, '')).toBe(false)
})
