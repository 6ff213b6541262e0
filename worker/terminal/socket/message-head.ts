/** What stands before a message that a server sends: final, not masked (RFC 6455 5.2). */

/** Of RFC 6455 5.2. */
export const wsOpcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The longest head. */
export const maxHeadBytes = 10

/** Writes the head of a message of `length` bytes at the start of `target`; gives the head's own length. */
export function writeHead(target: Uint8Array, opcode: number, length: number): number {
  target[0] = 0x80 | opcode
  if (length < 126) {
    target[1] = length
    return 2
  }
  const isShort = length < 65_536
  target[1] = isShort ? 126 : 127
  const end = isShort ? 4 : maxHeadBytes
  for (let at = end - 1, rest = length; at > 1; at--, rest = Math.floor(rest / 256)) target[at] = rest % 256
  return end
}
