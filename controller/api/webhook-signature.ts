/** Is a push notice from who knows the webhook secret? One check for the ways that git hosts sign. Pure. */
import { createHmac } from 'node:crypto'
import { isOneOf } from './key-check.ts'

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Hosts that sign the body with HMAC-SHA256, hexadecimal: GitHub and Bitbucket, Gitea and Forgejo, Flux' generic form. */
const signed = ['x-hub-signature-256', 'x-hub-signature', 'x-gitea-signature', 'x-signature'] as const

/**
 * True when a signature header fits the body, or GitLab's token header is the secret. All that are there must fit:
 * a right one beside a wrong one is no accident. Compared in constant time; SHA-1 signatures are not taken.
 */
export function isFromGitHost(headers: Headers, body: Buffer, secret: string): boolean {
  const token = headers['x-gitlab-token']
  const given = signed.flatMap((name) => (headers[name] === undefined ? [] : [text(headers[name])]))
  // GitHub sends its SHA-1 form beside the SHA-256 one.
  const counted = given.filter((value) => !value.startsWith('sha1='))
  const wanted = createHmac('sha256', secret).update(body).digest('hex')
  const verdicts = [
    ...counted.map((value) => isOneOf(value.replace(/^sha256=/, '').toLowerCase(), [wanted])),
    ...(token === undefined ? [] : [isOneOf(text(token), [secret])]),
  ]
  return secret !== '' && verdicts.length > 0 && verdicts.every(Boolean)
}

function text(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : (header ?? []).join(',')
}
