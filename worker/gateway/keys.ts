/** Session keys: handed out once, kept only as hashes. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyOwner } from './gateway.ts'

/** An own prefix lets secret scanners tell these keys from tokens of the platform. */
export const keyPrefix = 'wsk_'
/** 192 bits. */
const keyBytes = 24

/** `random` stands for crypto.randomBytes. */
export class KeyRing {
  readonly #owners = new Map<string, { readonly hash: Buffer; readonly owner: KeyOwner }>()
  readonly #random: (bytes: number) => Buffer

  constructor(random: (bytes: number) => Buffer = randomBytes) {
    this.#random = random
  }

  issue(owner: KeyOwner): string {
    const key = keyPrefix + this.#random(keyBytes).toString('base64url')
    const hash = sha256(key)
    this.#owners.set(hash.toString('hex'), { hash, owner })
    return key
  }

  /** Looked up by hash, so the time it takes tells nothing about the key. */
  find(key: string): KeyOwner | undefined {
    const hash = sha256(key)
    const entry = this.#owners.get(hash.toString('hex'))
    return entry && timingSafeEqual(entry.hash, hash) ? entry.owner : undefined
  }

  revoke(sessionId: string): void {
    for (const [hash, { owner }] of this.#owners) if (owner.sessionId === sessionId) this.#owners.delete(hash)
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
