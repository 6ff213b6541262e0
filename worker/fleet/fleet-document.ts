/** From the fleet file's text to a `FleetFile`, or a clear error: a half-written file must never replace a good one. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { personKey } from '@workshop/contracts/placement'

/**
 * Checks the parts that this program acts on and brings every address to its one spelling.
 * @throws WorkshopError WO-4011 naming the first part that is wrong
 */
export function parseFleetFile(text: string): FleetFile {
  const file = parseJson(text)
  for (const [where, holds] of checks) if (!holds(file)) throw unusable(`${where} is missing or has the wrong form`)
  const fleet = file as unknown as FleetFile
  return {
    ...fleet,
    participants: fleet.participants.map(personKey),
    facilitators: fleet.facilitators.map(personKey),
    operators: fleet.operators.map(personKey),
  }
}

type Loose = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) > 0
const isMember = (value: unknown) =>
  isObject(value) &&
  isText(value['name']) &&
  (value['url'] === '' || (isText(value['url']) && URL.canParse(value['url']))) &&
  typeof value['ready'] === 'boolean' &&
  typeof value['cordoned'] === 'boolean'
const isSessions = (value: unknown) =>
  isObject(value) &&
  isCount(value['perUser']) &&
  isCount(value['perWorker']) &&
  isCount(value['idleTimeoutMs']) &&
  isTexts(value['agents']) &&
  isText(value['isolation'])

const isRoom = (value: unknown) => {
  if (!isObject(value)) return false
  const { announcement, closesAt } = value
  const isSaid = announcement === undefined || (isObject(announcement) && isText(announcement['text']))
  return isSaid && (closesAt === undefined || (isText(closesAt) && !Number.isNaN(Date.parse(closesAt))))
}

const checks: readonly (readonly [string, (file: Loose) => boolean])[] = [
  ['format (1)', (file) => file['format'] === 1],
  ['version', (file) => Number.isInteger(file['version'])],
  ['workshop', ({ workshop }) => isObject(workshop) && isText(workshop['name']) && isText(workshop['title'])],
  ['hub', (file) => isMember(file['hub'])],
  ['workers', ({ workers }) => Array.isArray(workers) && workers.every(isMember)],
  ['participants', (file) => isTexts(file['participants'])],
  ['facilitators', (file) => isTexts(file['facilitators'])],
  ['operators', (file) => isTexts(file['operators'])],
  ['peoplePerWorker', (file) => isCount(file['peoplePerWorker'])],
  ['pins', ({ pins }) => pins === undefined || (isObject(pins) && Object.values(pins).every(isText))],
  ['sessions', (file) => isSessions(file['sessions'])],
  ['models', ({ models }) => isObject(models) && isText(models['claude'])],
  ['skills', (file) => isTexts(file['skills'])],
  ['room', ({ room }) => room === undefined || isRoom(room)],
  ['guide', ({ guide }) => guide === undefined || (isObject(guide) && Array.isArray(guide['challenges']))],
]

function parseJson(text: string): Loose {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (cause) {
    throw unusable('it is not JSON', cause)
  }
  throw unusable('it is not an object')
}

function unusable(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError({ code: 'WO-4011', where: 'fleet file', message }, { cause })
}
