/**
 * Tells what a terminal emulator says by itself (answers to DA, DSR, colour and mode questions) from what a person
 * types. Such answers must not be typed into the shell when old output is parsed again, nor by every viewer at once.
 */

const esc = '\u001b'
/** Cursor report, status, device attributes, mode, window and key protocol answers, in CSI form. */
const csiReply = /^\[(?:\d+;\d+R|\d+n|[?>=][\d;]*c|\??[\d;]+\$y|\d+(?:;\d+)*t|\?[\d;]*[nuR])$/

/** Is this one chunk of `onData` an answer rather than typing? */
export function isTerminalReply(data: string): boolean {
  if (data[0] !== esc) return false
  if (data[1] === ']' || data[1] === 'P') return data.length > 3
  return csiReply.test(data.slice(1))
}
