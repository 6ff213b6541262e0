/** Where Workshops come from. A source answers keys when something changed, and the last good content when asked. */
import type { Problem } from '@workshop/contracts/errors'
import type { Wish } from '../loop/subject.ts'
import type { Registry } from './registry.ts'

export interface Source {
  /** For people: `dir:examples`. */
  readonly uri: string
  /** Reads for the first time, then watches; `onChange` gets the keys whose wish changed, came or went. */
  readonly start: (onChange: (keys: readonly string[]) => void) => Promise<void>
  readonly stop: () => Promise<void>
  /** Undefined: this source has no such Workshop (any more). */
  readonly get: (key: string) => Wish | undefined
  readonly keys: () => readonly string[]
  /** Problems of files that never gave a Workshop, so that no view can show them. */
  readonly problems: () => readonly Problem[]
  /** Present where the source wants to hear back. */
  readonly registry?: Registry
  /** Whether it can be read now; a source without this always can. */
  readonly health?: () => { readonly ok: boolean; readonly message: string }
}
