/**
 * Tells what a terminal emulator says by itself (answers to DA, DSR, colour and mode questions, reports of focus) from
 * what a person types. It must not be typed into the shell when old output is parsed again, nor by every viewer at once,
 * and it is no sign that somebody is there.
 */

const esc = '\u001b'
/** Cursor report, status, device attributes, mode, window and key protocol answers, focus gained and lost, in CSI form. */
const csiReply = /^\[(?:\d+;\d+R|\d+n|[?>=][\d;]*c|\??[\d;]+\$y|\d+(?:;\d+)*t|\?[\d;]*[nuR]|[IO])$/
/** The mouse moved with no button down, whatever modifier keys were (SGR form). */
const hover = /^\[<(?:35|39|43|47|51|55|59|63);/

/** Did a person mean this chunk of `onData`? A program can call forth answers, and reports of a mouse that passes by. */
export function isGesture(data: string): boolean {
  return !isTerminalReply(data) && !(data[0] === esc && hover.test(data.slice(1)))
}

/** Is this one chunk of `onData` an answer rather than typing? */
export function isTerminalReply(data: string): boolean {
  if (data[0] !== esc) return false
  if (data[1] === ']' || data[1] === 'P') return data.length > 3
  return csiReply.test(data.slice(1))
}
