/**
 * What others wrote, such as an announcement or a platform's message, for logs and terminals: one line that no terminal
 * acts on and that looks like no other line. Pure.
 */

/** Controls with line ends, and the marks that turn the direction of reading. */
const acting = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Each run of such characters becomes a space; all other text stays as it is. */
export function oneLine(text: string): string {
  return text.replace(acting, ' ')
}
