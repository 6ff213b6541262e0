/** The terminals of a fleet that facilitators may watch, from what its workers told. Pure. */
import type { ShownTerminal } from '@workshop/contracts/fleet-api'
import { type ShownSession, sessionOfWatchPath, watchPath } from '@workshop/contracts/worker-api'
import type { Observed } from './observed.ts'

/** More than one page can show; also what one worker that says anything can make us keep. */
const mostOfOne = 200
/** Characters of an owner or a title. */
const mostText = 254

/** By worker, in each as it told them. What is no session, or not said by a worker that was asked, is left out. */
export function shownTerminals({ apps }: Observed): readonly ShownTerminal[] {
  return [...apps.values()]
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .flatMap(({ name, url, probe }) => {
      const told: unknown = probe?.sessions.shown
      const sessions = Array.isArray(told) ? told.filter(isShown).slice(0, mostOfOne) : []
      return sessions.map(({ id, owner, title }) => ({ worker: name, owner, title, url: url + watchPath(id) }))
    })
}

function isShown(told: unknown): told is ShownSession {
  const { id, owner, title } = (told ?? {}) as Partial<Record<keyof ShownSession, unknown>>
  const isText = (text: unknown) => typeof text === 'string' && text.length <= mostText
  return typeof id === 'string' && sessionOfWatchPath(watchPath(id)) === id && isText(owner) && isText(title)
}
