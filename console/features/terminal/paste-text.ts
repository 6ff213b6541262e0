/** What a person pastes, before a program gets it. Pasted text comes from anywhere, so it must not steer the terminal. Pure. */
import { count } from '../../ui/time-words.ts'

/** Control characters other than tab and line ends: C0, DEL and C1. An ESC could leave bracketed paste and run lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking control characters out is what this is for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/** Text without control characters; line ends become `\n`. */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '')
}

/** How the program reads that gets the paste. */
export interface PasteReader {
  /** It takes a paste as one piece (bracketed paste). */
  readonly bracketed: boolean
  /** It gets whole lines from the kernel (canonical mode). */
  readonly canonical: boolean
}

export interface PasteQuestion {
  readonly title: string
  readonly description: string
}

/** Bytes of one line that Linux keeps in canonical mode: its buffer of 4,096, less the line end. The rest is dropped. */
const lineBytes = 4_095

/** What to ask before a paste; undefined when all of it arrives, and nothing runs before the whole is there. */
export function pasteQuestion(text: string, { bracketed, canonical }: PasteReader): PasteQuestion | undefined {
  const lines = text.replace(/\n+$/, '').split('\n')
  const isLong = (line: string) => new TextEncoder().encode(line).length > lineBytes
  const long = canonical ? lines.findIndex(isLong) + 1 : 0
  const runs = !bracketed && lines.length > 1
  if (!runs && long === 0) return undefined
  const sentences = [
    runs ? 'The program takes each line as it comes, so all but the last run at once.' : '',
    long > 0
      ? `Line ${long} is too long for a program that reads whole lines: what is beyond ${lineBytes} bytes gets lost, so break it up or drop it here as a file.`
      : '',
  ]
  return { title: `Paste ${count(lines.length, 'line')}?`, description: sentences.filter(Boolean).join(' ') }
}
