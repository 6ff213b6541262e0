/** What a person pastes, before a program gets it. Pasted text comes from anywhere, so it must not steer the terminal. Pure. */

/** Control characters other than tab and line ends: C0, DEL and C1. An ESC could leave bracketed paste and run lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking control characters out is what this is for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/** Text without control characters; line ends become `\n`. */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '')
}

/**
 * Whether to ask first: more than one line, and the program does not take a paste as one piece (bracketed paste), so
 * that each line would run at once.
 */
export function asksBeforePaste(text: string, bracketed: boolean): boolean {
  return !bracketed && text.replace(/\n+$/, '').includes('\n')
}
