/** Pages of lists: a small default page makes clients page, the token is opaque and names the next item's position. */
import { invalid } from './api-error.ts'

/** One page; `nextPageToken` is absent on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextPageToken?: string
}

const largestPage = 100

/** Cuts a page out of a list by `page_size` and `page_token`. Throws INVALID_PARAMETER_VALUE. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams, defaultSize: number): Page<T> {
  const asked = Number(query.get('page_size') ?? defaultSize)
  if (!Number.isInteger(asked) || asked < 0) throw invalid('page_size must be a whole number from 0.')
  const size = Math.min(asked === 0 ? defaultSize : asked, largestPage)
  const start = offsetOf(query.get('page_token'))
  const end = start + size
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextPageToken: Buffer.from(`at:${end}`).toString('base64url') } : {}),
  }
}

function offsetOf(token: string | null): number {
  if (token === null || token === '') return 0
  const offset = /^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1]
  if (offset === undefined) throw invalid('page_token is not one that this API gave out.')
  return Number(offset)
}
