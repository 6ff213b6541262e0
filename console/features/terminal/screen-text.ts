/** Words out of what a program writes: its title, the last line that says something, a clipboard wish. Pure. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: titles come from programs and must carry none
const controls = /[\u0000-\u001f\u007f-\u009f]/g
/** Marks that turn reading direction or hide text: a title must not look like another one. */
const tricks = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The sign of a logo or a spinner that agents put in front of their title. */
const leadingSign = /^(?:[\p{So}\s]|\ufe0f)+(?=\S)/u

/** A program's title as one short harmless line. */
export function safeTitle(title: string): string {
  const line = title.replace(controls, ' ').replace(tricks, '').replace(leadingSign, '').replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

/** Frames, prompts and bullets that stand around words. */
const frame = /^[\s\u2500-\u259f\u25a0-\u25ff\u2700-\u27bf│|>❯$#%*·•]+|[\s\u2500-\u257f│|]+$/g

/** A ruled line: agents draw their input box between two of them, with hints below. */
const ruled = /^[\s\u2500-\u257f]*\u2500{8,}/
/** The input box and its hints are at most so many lines tall. */
const boxLines = 14

/**
 * The last of `lines` (top to bottom) that holds words, without what frames it; empty when none does. What stands in
 * and under an agent's input box says nothing about its work and is left out.
 */
export function lastWords(lines: readonly string[]): string {
  const filled = lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)
  const rules = filled.flatMap((line, at) => (at >= filled.length - boxLines && ruled.test(line) ? [at] : []))
  const above = rules.length > 1 ? filled.slice(0, rules.at(-2)) : filled
  for (const line of above.toReversed()) {
    const words = line.replace(frame, '').replace(controls, '').trim()
    if (/[\p{L}\p{N}].*[\p{L}\p{N}]/u.test(words)) return words.slice(0, 120)
  }
  return ''
}

/** 1 MiB of base64; more is no clipboard text. */
const mostClipboard = 1_400_000

/**
 * The text of an OSC 52 request to write the clipboard. Reading (`?`) is never answered, nor is anything that is not
 * valid base64 of UTF-8.
 */
export function clipboardText(data: string): string | undefined {
  const payload = data.slice(data.indexOf(';') + 1)
  if (payload === '' || payload === '?' || payload.length > mostClipboard) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Where a link really leads, for the person who is about to press it: look-alike letters stand as `xn--`. */
export function linkWords(address: string): string {
  const url = safeLink(address)
  return url === undefined ? 'Not a web address: it is not opened' : `Opens ${new URL(url).host}`
}

/** The address of a link when it may be opened: http and https only. */
export function safeLink(address: string): string | undefined {
  try {
    const url = new URL(address)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
  } catch {
    return undefined
  }
}
