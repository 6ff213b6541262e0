/**
 * Who sits where: rendezvous hashing on the lower-cased address with a capacity bound. Hub, workers and controller
 * compute the same answer from the same roster; nothing is stored.
 */

/** Where people may be placed. */
export interface PlacementInput {
  /** Addresses in any case and order; duplicates count once. */
  readonly people: readonly string[]
  /** Names of the workers that take people (cordoned ones left out). */
  readonly workers: readonly string[]
  /** People that one worker may hold. */
  readonly peoplePerWorker: number
}

/**
 * No worker takes more than this times the even share while others have seats: plain rendezvous hashing put 19 of 100
 * people on one of 10 workers. The bound of "consistent hashing with bounded loads" (Mirrokni, Thorup, Zadimoghaddam
 * 2016); at 1.25 the people who move when N changes stay about 1/N.
 */
const loadBound = 1.25

/**
 * Places everybody. Each person prefers the workers in the order of their scores and takes the first with a free seat;
 * people are seated in the order of their address, so the answer depends on the set alone. About 1/N of the people
 * move when the number of workers changes by one. Whoever finds no seat is not in the map.
 */
export function place({ people, workers, peoplePerWorker }: PlacementInput): ReadonlyMap<string, string> {
  const seats = new Map<string, string>()
  // Of equal scores the first name wins.
  const open = [...workers].sort().map((name) => ({ name, bytes: encoder.encode(name), load: 0 }))
  const everybody = [...new Set(people.map(personKey))].sort()
  const most = Math.min(peoplePerWorker, Math.ceil((loadBound * everybody.length) / workers.length))
  for (const person of everybody) {
    const seat = favourite(person, open, most)
    if (!seat) continue
    seat.load += 1
    seats.set(person, seat.name)
  }
  return seats
}

/** One person is one address without case and surrounding space. */
export function personKey(address: string): string {
  return address.trim().toLowerCase()
}

interface Worker {
  readonly name: string
  readonly bytes: Uint8Array
  load: number
}

/** Of the workers with a free seat the one with the highest score: the first in the order of preferences that has one. */
function favourite(person: string, workers: readonly Worker[], most: number): Worker | undefined {
  const begun = mix(offset, encoder.encode(`${person}\n`))
  let best: Worker | undefined
  let highest = -1
  for (const worker of workers) {
    if (worker.load >= most) continue
    const score = avalanche(mix(begun, worker.bytes))
    if (score <= highest) continue
    highest = score
    best = worker
  }
  return best
}

const encoder = new TextEncoder()
const offset = 0x811c9dc5

/** 32-bit FNV-1a, to be gone on with: the person's part is the same for every worker. */
function mix(start: number, bytes: Uint8Array): number {
  let h = start
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193)
  return h
}

/** The finaliser of murmur3 makes it even enough for seats; the same in every JavaScript engine. */
function avalanche(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
