/** Splits what xterm.js reports as typed into keys that prediction knows, and all others. Pure. */

export type TypedKey =
  /** One character that takes one cell. */
  | { readonly kind: 'text'; readonly char: string }
  | { readonly kind: 'backspace' | 'left' | 'right' }
  /** Ends the line: what comes next is a new one. */
  | { readonly kind: 'enter' }
  /** Escape alone: may change what keys mean (vi mode, menus). */
  | { readonly kind: 'escape' }
  | { readonly kind: 'other' }

const esc = '\u001b'
/** Longer is a paste or a macro; nobody waits for the echo of its single characters. */
const mostTyped = 6
/** Enter, ^C, ^D. */
const lineEnds = new Set(['\r', '\n', '\u0003', '\u0004'])
const arrows: Readonly<Record<string, TypedKey>> = {
  [`${esc}[D`]: { kind: 'left' },
  [`${esc}OD`]: { kind: 'left' },
  [`${esc}[C`]: { kind: 'right' },
  [`${esc}OC`]: { kind: 'right' },
}
/** Letters, digits, signs and spaces of scripts whose characters take one cell and do not combine: up to Cyrillic. */
const oneCell = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f]$/

/** The keys of one `onData` string. */
export function typedKeys(data: string): readonly TypedKey[] {
  const arrow = arrows[data]
  if (arrow) return [arrow]
  if (data === esc) return [{ kind: 'escape' }]
  if (data.startsWith(esc) || data.length > mostTyped) return [{ kind: 'other' }]
  return [...data].map(typedKey)
}

function typedKey(char: string): TypedKey {
  if (char === '\u007f') return { kind: 'backspace' }
  if (lineEnds.has(char)) return { kind: 'enter' }
  return oneCell.test(char) ? { kind: 'text', char } : { kind: 'other' }
}
