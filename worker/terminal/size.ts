/** Whose size a shared terminal has: that of the viewer last typed in or last attached, as in tmux. Pure. */
import { type TerminalRole, terminalLimits } from '@workshop/contracts/terminal-protocol'
import type { PtySize } from './pty.ts'

/** What the choice needs to know of a viewer. */
export interface SizeCandidate {
  readonly id: number
  readonly role: TerminalRole
  readonly wish: PtySize & { readonly visible: boolean }
  /** Rises with each attach and each key; the highest was used last. */
  readonly usedAt: number
}

/** The viewer whose size counts, or undefined when nobody's does: hidden pages, watchers and empty sizes never do. */
export function sizeOwner(viewers: readonly SizeCandidate[]): SizeCandidate | undefined {
  let owner: SizeCandidate | undefined
  for (const viewer of viewers) {
    const { cols, rows, visible } = viewer.wish
    if (viewer.role !== 'control' || !visible || cols === 0 || rows === 0) continue
    if (owner === undefined || viewer.usedAt > owner.usedAt) owner = viewer
  }
  return owner
}

/** A size inside what programs and screens can bear. */
export function clampSize({ cols, rows }: PtySize): PtySize {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, Math.trunc(value)))
  return {
    cols: clamp(cols, terminalLimits.minCols, terminalLimits.maxCols),
    rows: clamp(rows, terminalLimits.minRows, terminalLimits.maxRows),
  }
}
