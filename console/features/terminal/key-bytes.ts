/** What the key bar of phones types, and how sticky Ctrl and Alt change what comes next. Pure. */

export type BarKey = 'esc' | 'tab' | 'backtab' | 'interrupt' | 'up' | 'down' | 'left' | 'right'

const esc = '\u001b'
const arrows: Partial<Record<BarKey, string>> = { up: 'A', down: 'B', right: 'C', left: 'D' }

export interface Sticky {
  readonly ctrl: boolean
  readonly alt: boolean
}

/** Bytes of a key. `application` is the cursor-key mode that full-screen programs set. */
export function barKeyBytes(key: BarKey, application: boolean, sticky: Sticky): string {
  const arrow = arrows[key]
  // xterm's modifier parameter: 1 plus 2 for Alt plus 4 for Ctrl.
  const modifier = 1 + (sticky.alt ? 2 : 0) + (sticky.ctrl ? 4 : 0)
  if (arrow !== undefined)
    return modifier > 1 ? `${esc}[1;${modifier}${arrow}` : `${esc}${application ? 'O' : '['}${arrow}`
  const plain = { esc, tab: '\t', backtab: `${esc}[Z`, interrupt: '\u0003' }[
    key as 'esc' | 'tab' | 'backtab' | 'interrupt'
  ]
  return sticky.alt ? esc + plain : plain
}

/** One typed character under sticky Ctrl or Alt; anything longer than one character passes as it is. */
export function withSticky(data: string, { ctrl, alt }: Sticky): string {
  if (data.length !== 1) return data
  const code = data.toUpperCase().charCodeAt(0)
  // Ctrl takes the low five bits of @ A…Z [ \ ] ^ _ .
  const byte = ctrl && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : data
  return alt ? esc + byte : byte
}
