/**
 * Rules between fields that CEL in the CRD cannot say or cannot say well: one person named twice, names that get too
 * long, durations in order, more people than seats. Each rule names the fields it reads and is left out while one of
 * them has a problem of its own. Pure.
 */
import { durationMs } from './duration.ts'
import type { ErrorCode } from './errors.ts'
import { type FieldPath, overlaps, showPath } from './field-path.ts'
import { personKey } from './placement.ts'
import type { Fault } from './schema-fault.ts'
import type { Workshop, WorkshopSpec } from './workshop.ts'

/** Longest name of a Databricks app (documented limit of the Apps API). */
const maxAppName = 30
/** Databricks issues personal access tokens for at most two years. */
const maxTokenLifetime = '730d'
/** `<prefix>-worker-99`: replicas may be raised to 99 later, so the prefix leaves room for it. */
const maxPrefix = maxAppName - '-worker-99'.length

/** A fault that speaks of several lines of the file. */
export interface RuleFault extends Fault {
  /** Other fields that the problem speaks of, for their lines. */
  readonly also?: readonly FieldPath[]
}

interface Rule {
  readonly reads: readonly FieldPath[]
  readonly check: (workshop: Workshop) => readonly RuleFault[]
}

/** Paths whose limits are explained better here than by the schema: their own length faults are dropped. */
export const namePrefixPath: FieldPath = ['spec', 'workers', 'namePrefix']

const users: FieldPath = ['spec', 'participants', 'users']
const facilitators: FieldPath = ['spec', 'participants', 'facilitators']
const perUser: FieldPath = ['spec', 'sessions', 'perUser']
const sessionsPerWorker: FieldPath = ['spec', 'workers', 'sessionsPerWorker']
const replicas: FieldPath = ['spec', 'workers', 'replicas']
const issue: FieldPath = ['spec', 'credentials', 'token', 'issue']
const drainTimeout: FieldPath = ['spec', 'workers', 'rollout', 'drainTimeout']
const idleTimeout: FieldPath = ['spec', 'sessions', 'idleTimeout']

const rules: readonly Rule[] = [
  { reads: [users], check: ({ spec }) => duplicates(spec.participants.users, users, personKey, samePerson) },
  {
    reads: [facilitators],
    check: ({ spec }) => duplicates(spec.participants.facilitators, facilitators, personKey, samePerson),
  },
  { reads: [namePrefixPath, replicas, ['metadata', 'name']], check: namesFit },
  { reads: [perUser, sessionsPerWorker], check: onePersonFits },
  { reads: [users, perUser, sessionsPerWorker, replicas], check: ({ spec }) => seatsFor(spec, people(spec)) },
  { reads: [issue], check: tokenLifetime },
  {
    reads: [drainTimeout],
    check: ({ spec }) => duration(drainTimeout, spec.workers.rollout.drainTimeout, '0s', '24h'),
  },
  { reads: [idleTimeout], check: ({ spec }) => duration(idleTimeout, spec.sessions.idleTimeout, '1m', '30d') },
  unique(['spec', 'sessions', 'agents'], ({ spec }) => spec.sessions.agents, 'WO-1107', 'agent'),
  unique(['spec', 'skills'], ({ spec }) => spec.skills, 'WO-1107', 'skill'),
  unique(['spec', 'participants', 'groups'], ({ spec }) => spec.participants.groups, 'WO-1130', 'group'),
  unique(
    ['spec', 'guide', 'challenges'],
    ({ spec }) => spec.guide?.challenges.map(({ id }) => id) ?? [],
    'WO-1107',
    'id',
  ),
  unique(
    ['spec', 'resources'],
    ({ spec }) => [...spec.resources.map(({ name }) => name), spec.credentials.resourceName],
    'WO-1107',
    'resource name',
  ),
]

/** What the rules say; `faulty` are paths that already have a problem. */
export function checkRules(workshop: Workshop, faulty: readonly FieldPath[]): readonly RuleFault[] {
  return rules
    .filter(({ reads }) => !reads.some((path) => faulty.some((other) => overlaps(path, other))))
    .flatMap(({ check }) => check(workshop))
}

/** `<namePrefix or metadata.name>`: what every name of the fleet begins with. */
export function prefixOf({ metadata, spec }: Workshop): string {
  return spec.workers.namePrefix ?? metadata.name
}

/** People that one worker may hold: whole people, at least one. */
export function peoplePerWorker({ sessions, workers }: WorkshopSpec): number {
  return Math.max(1, Math.floor(workers.sessionsPerWorker / sessions.perUser))
}

/**
 * One fault when `count` people cannot all have a seat, whatever happens; none otherwise. Callers that have read
 * roster files and groups ask again with the full count.
 */
export function seatsFor(spec: WorkshopSpec, count: number): readonly RuleFault[] {
  const each = peoplePerWorker(spec)
  const seats = spec.workers.replicas * each
  if (count <= seats) return []
  const needed = Math.ceil(count / each)
  const message = `${count} people; ${spec.workers.replicas} workers of ${each} people each hold ${seats}`
  const fix =
    needed <= 99
      ? `use replicas: ${needed}, or raise sessionsPerWorker, or lower perUser`
      : 'raise sessionsPerWorker or lower perUser'
  return [fault('WO-1132', ['spec', 'participants'], message, fix)]
}

function people({ participants }: WorkshopSpec): number {
  return new Set(participants.users.map(personKey)).size
}

function namesFit(workshop: Workshop): readonly RuleFault[] {
  const prefix = prefixOf(workshop)
  const given = workshop.spec.workers.namePrefix !== undefined
  const at: FieldPath = given ? namePrefixPath : ['metadata', 'name']
  if (prefix.length > maxPrefix) {
    const longest = `${prefix}-worker-${workshop.spec.workers.replicas}`
    const fix = given
      ? `shorten the prefix to at most ${maxPrefix} characters: cut ${prefix.length - maxPrefix}`
      : `add spec.workers.namePrefix with at most ${maxPrefix} characters, or cut ${prefix.length - maxPrefix} from the name`
    return [fault('WO-1121', at, `${longest} has ${longest.length} characters; apps may have ${maxAppName}`, fix)]
  }
  if (given || /^[a-z]/.test(prefix)) return []
  return [
    fault(
      'WO-1106',
      at,
      `${prefix} cannot begin the name of an app`,
      'add spec.workers.namePrefix that begins with a letter',
    ),
  ]
}

function onePersonFits({ spec }: Workshop): readonly RuleFault[] {
  const { perUser: each } = spec.sessions
  const { sessionsPerWorker: cap } = spec.workers
  if (each <= cap) return []
  const message = `one person may open ${each} sessions, but a worker takes ${cap}`
  return [fault('WO-1107', perUser, message, `use at most ${cap}, or raise workers.sessionsPerWorker`)]
}

function tokenLifetime({ spec }: Workshop): readonly RuleFault[] {
  const token = spec.credentials.token.issue
  if (!token) return []
  const { lifetime, renewBefore } = token
  const bounds = duration([...issue, 'lifetime'], lifetime, '1h', maxTokenLifetime)
  if (bounds.length > 0 || durationMs(renewBefore) < durationMs(lifetime)) return bounds
  const message = `renews ${renewBefore} before the end, but the token lives ${lifetime}`
  return [fault('WO-1140', [...issue, 'renewBefore'], message, 'make renewBefore shorter than lifetime')]
}

function duration(path: FieldPath, text: string, low: string, high: string): readonly RuleFault[] {
  const ms = durationMs(text)
  if (ms >= durationMs(low) && ms <= durationMs(high)) return []
  return [fault('WO-1140', path, `${text} is out of range`, `use ${low} to ${high}`)]
}

function unique(path: FieldPath, of: (workshop: Workshop) => readonly string[], code: ErrorCode, word: string): Rule {
  return {
    reads: [path],
    check: (workshop) =>
      duplicates(
        of(workshop),
        path,
        (text) => text,
        (a) => `${word} ${a} is named twice`,
        code,
      ),
  }
}

function samePerson(a: string, b: string): string {
  return a === b ? `${a} is named twice` : `${a} and ${b} are one person`
}

/** One fault per value that comes again; it speaks of the line of the first and of the second. */
function duplicates(
  values: readonly string[],
  path: FieldPath,
  key: (value: string) => string,
  say: (first: string, second: string) => string,
  code: ErrorCode = 'WO-1130',
): readonly RuleFault[] {
  const seen = new Map<string, number>()
  return values.flatMap((value, at) => {
    const first = seen.get(key(value))
    if (first === undefined) seen.set(key(value), at)
    if (first === undefined) return []
    const message = say(values[first] ?? '', value)
    return [{ ...fault(code, path, message, 'remove one'), path: [...path, first], also: [[...path, at]] }]
  })
}

function fault(code: ErrorCode, path: FieldPath, message: string, fix: string): RuleFault {
  return { path, problem: { code, message, where: showPath(path), fix } }
}
