/** Reads `git:URL#ref:path`: which repository, what of it to follow, and the folder that holds the specs. Pure. */
import { WorkshopError } from '@workshop/contracts/errors'

export type GitRef =
  /** The branch that the remote calls its own. */
  | { readonly kind: 'head' }
  /** A branch of this name or, where there is none, a tag. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'branch' | 'tag' | 'semver' | 'commit'; readonly name: string }

export interface GitAddress {
  /** For people, without `git:`; never holds a credential. */
  readonly text: string
  readonly url: string
  readonly ref: GitRef
  /** Folder or spec file inside the repository, `.` for its root; forward slashes, no `..`. */
  readonly path: string
}

/** `user@host:path`, as git writes ssh addresses. */
const scpLike = /^([\w.-]+@)?[\w.-]+:(?!\/\/)[^\s]+$/
/** What git allows in a name, minus what a shell or git would read as something else. */
const refName = /^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/
const commitHex = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/** `text` is what follows `git:`. Throws WO-9001 for what cannot be or may not be fetched. */
export function parseGitAddress(text: string): GitAddress {
  const hash = text.indexOf('#')
  const url = hash < 0 ? text : text.slice(0, hash)
  const fragment = hash < 0 ? '' : text.slice(hash + 1)
  const colon = fragment.indexOf(':')
  const ref = colon < 0 ? fragment : fragment.slice(0, colon)
  const path = colon < 0 ? '' : fragment.slice(colon + 1)
  return { text: checkUrl(url) + (hash < 0 ? '' : `#${fragment}`), url, ref: parseRef(ref), path: parsePath(path) }
}

function checkUrl(url: string): string {
  if (url.startsWith('-') || /[\s\p{Cc}]/u.test(url)) throw refused('the address has a form that git could misread', '')
  if (!url.includes('://')) {
    if (scpLike.test(url)) return url
    throw refused('this is no address that git can fetch', url, 'write https://…, ssh://…, git@host:path or file:///…')
  }
  if (!URL.canParse(url)) throw refused('the address cannot be read', '')
  const { protocol, password, hostname, username } = new URL(url)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  if (password !== '' || (isWeb && username !== '')) {
    const fix = 'leave user and password out and give git a credential helper, or use ssh'
    throw refused('the address carries credentials, which would be seen in logs and views', '', fix)
  }
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || hostname.endsWith('.localhost')
  if (protocol === 'http:' && !isLoopback) throw refused('http is taken on this machine only', url, 'use https')
  if (!['https:', 'http:', 'ssh:', 'file:'].includes(protocol)) {
    throw refused(`${protocol.slice(0, -1)} is not a protocol that is taken`, url, 'use https, ssh or file')
  }
  return url
}

function parseRef(text: string): GitRef {
  if (text === '') return { kind: 'head' }
  const [, kind, rest = ''] = /^(branch|tag|semver|commit)=(.*)$/.exec(text) ?? []
  if (kind === 'semver') {
    if (rest.trim() === '') throw refused('the version range is empty', text, 'write semver=1.x, semver=^1.2 or such')
    return { kind, name: rest }
  }
  const name = kind === undefined ? text : rest
  if (kind === 'commit' || (kind === undefined && commitHex.test(text))) {
    if (!commitHex.test(name)) throw refused('a commit is written with all its 40 hexadecimal digits', text)
    return { kind: 'commit', name }
  }
  if (!refName.test(name) || /\.\.|\/\/|\.lock$|[./]$/.test(name)) throw refused('this is no branch or tag', text)
  return { kind: kind === 'branch' || kind === 'tag' ? kind : 'name', name }
}

function parsePath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..') || parts.includes('.git') || /[\\\p{Cc}]/u.test(text)) {
    throw refused('the path leaves the repository', text)
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

function refused(message: string, where: string, fix = 'write git:URL#ref:path'): WorkshopError {
  return new WorkshopError({ code: 'WO-9001', message, where: where || '--source git:…', fix })
}
