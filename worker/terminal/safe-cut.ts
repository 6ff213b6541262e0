/** Where a stream of terminal output may be cut: never inside an escape sequence or a UTF-8 character. Pure. */

import { unfinishedCharacter } from '@workshop/contracts/whole-characters'

const esc = 0x1b
/** Sequences that run until BEL or ST: OSC, DCS, SOS, PM, APC. */
const strings: ReadonlySet<number> = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f])
const osc = 0x5d
/** CAN and SUB, which give any of them up. */
const givenUp = [0x18, 0x1a]

/**
 * How many bytes from the front can be taken so that what follows starts afresh. 0 when all of it is one unfinished
 * sequence. It looks at the end only, so it is cheap; an ESC inside a control string other than its end is taken for
 * the start of a sequence, which moves the cut forward, not to a wrong place.
 */
export function safeCut(bytes: Uint8Array): number {
  const start = unfinishedString(bytes) ?? unfinishedSequence(bytes)
  return start ?? bytes.length - unfinishedCharacter(bytes)
}

/**
 * The control string that is open behind `bytes`, when `before` was open in front of them: the byte behind its ESC.
 * undefined where none is, and behind a lone ESC, which ends every string.
 */
export function openString(bytes: Uint8Array, before: number | undefined): number | undefined {
  const at = bytes.lastIndexOf(esc)
  const kind = at === -1 ? before : bytes[at + 1]
  if (kind === undefined || !strings.has(kind)) return undefined
  const ends = kind === osc ? [7, ...givenUp] : givenUp
  return ends.some((end) => bytes.indexOf(end, at + 1) !== -1) ? undefined : kind
}

/** What makes a terminal pass over the rest of a string of this kind: an OSC that none knows, else a SOS. */
export function reopened(kind: number | undefined): string {
  if (kind === undefined) return ''
  return kind === osc ? '\u001b]65535;' : '\u001bX'
}

/** Index of the last control string's start when it has no end. */
function unfinishedString(bytes: Uint8Array): number | undefined {
  let from = bytes.length
  /** A lone ESC at the end, which may begin something, or the end (ST) of a string. */
  let last: number | undefined
  for (;;) {
    const at = from === 0 ? -1 : bytes.lastIndexOf(esc, from - 1)
    if (at === -1) return last
    const kind = bytes[at + 1]
    if (kind === 0x5c) return last
    if (kind !== undefined && strings.has(kind)) return bytes.indexOf(7, at) === -1 ? at : last
    if (kind === undefined) last = at
    // A CSI near the end may sit inside nothing else: control strings hold no CSI.
    if (kind === 0x5b) return last
    from = at
  }
}

/** Index of the last escape sequence when its final byte is missing. */
function unfinishedSequence(bytes: Uint8Array): number | undefined {
  const at = bytes.lastIndexOf(esc)
  if (at === -1) return undefined
  const csi = bytes[at + 1] === 0x5b
  for (let i = at + (csi ? 2 : 1); i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    if (csi ? byte >= 0x40 : byte >= 0x30) return undefined
  }
  return at
}
