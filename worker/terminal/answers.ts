/**
 * Answers in place of a terminal when nobody is attached: some programs (fish, agents) wait seconds at their start for
 * "what are you". As soon as somebody is attached, that browser's terminal answers. Pure.
 */

const answers: readonly (readonly [question: string, answer: string])[] = [
  // Primary device attributes: a VT100 with advanced video, which is what xterm.js says.
  ['\u001b[c', '\u001b[?1;2c'],
  ['\u001b[0c', '\u001b[?1;2c'],
  // Secondary device attributes, as xterm.js.
  ['\u001b[>c', '\u001b[>0;276;0c'],
  ['\u001b[>0c', '\u001b[>0;276;0c'],
  // Status: ready.
  ['\u001b[5n', '\u001b[0n'],
]

/** What to type into the program for the questions in this output. */
export function answersTo(chunk: Buffer): string {
  if (chunk.indexOf('\u001b[') === -1) return ''
  return answers.map(([question, answer]) => (chunk.indexOf(question) === -1 ? '' : answer)).join('')
}
