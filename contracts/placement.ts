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
  const load = new Map(workers.map((name) => [name, 0]))
  const seats = new Map<string, string>()
  const everybody = [...new Set(people.map(personKey))].sort()
  const most = Math.min(peoplePerWorker, Math.ceil((loadBound * everybody.length) / workers.length))
  for (const person of everybody) {
    const seat = preferences(person, workers).find((name) => (load.get(name) ?? 0) < most)
    if (seat === undefined) continue
    load.set(seat, (load.get(seat) ?? 0) + 1)
    seats.set(person, seat)
  }
  return seats
}

/** One person is one address without case and surrounding space. */
export function personKey(address: string): string {
  return address.trim().toLowerCase()
}

function preferences(person: string, workers: readonly string[]): readonly string[] {
  return workers
    .map((name) => ({ name, score: hash(`${person}\n${name}`) }))
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
}

/** 32-bit FNV-1a with a final avalanche (constants of FNV-1a and of murmur3's finaliser): even enough for seats, the same in every JavaScript engine. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
