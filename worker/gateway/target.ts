/** Reads a request line's target, and refuses every form that two programs could read differently. */
import { keyPrefix } from './keys.ts'

export interface Target {
  /** As sent, percent-encoding untouched. */
  readonly path: string
  /** With its `?`, or empty. */
  readonly query: string
}

const maxLength = 8_192
/** A dot segment, also before a backslash or a path parameter. */
const dotSegment = /(^|[/\\])\.{1,2}([/\\;]|$)/

/** The target, or one sentence on what is wrong with it. */
export function parseTarget(url: string): Target | string {
  if (!url.startsWith('/')) return 'the request must name a path, not a whole address'
  if (url.length > maxLength) return `the path is longer than ${maxLength} characters`
  if (!/^[\x21-\x7e]*$/.test(url) || /[\\#]/.test(url)) return 'the path has characters that must be percent-encoded'
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = at < 0 ? '' : url.slice(at)
  if (path.includes('//')) return 'the path has an empty part'
  const decoded = decode(path)
  if (decoded === undefined) return 'the path is not encoded correctly'
  if (/\p{Cc}|\\/u.test(decoded)) return 'the path has control characters or backslashes'
  if ([path, decoded, decode(decoded) ?? ''].some((text) => dotSegment.test(text))) return 'the path has dot segments'
  if (url.includes(keyPrefix)) return 'the key belongs into the Authorization header, not into the address'
  return { path, query }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
