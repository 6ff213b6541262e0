/** Ctrl and Alt of the key bar: pressed once, they hold for the next character. */
import { reactive } from 'vue'
import { type Sticky, withSticky } from './key-bytes.ts'

export const stickyKeys = reactive({ ctrl: false, alt: false })

/** What was typed under the keys that stick, which are then let go. */
export function useSticky(data: string): string {
  const held: Sticky = { ...stickyKeys }
  if (!held.ctrl && !held.alt) return data
  releaseSticky()
  return withSticky(data, held)
}

export function releaseSticky(): void {
  stickyKeys.ctrl = false
  stickyKeys.alt = false
}
