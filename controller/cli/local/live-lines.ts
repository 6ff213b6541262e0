/** What happened to a Workshop between two views, one line each, for whoever watches a running controller. Pure. */
import type { ActivityEntry, WorkshopView } from '@workshop/contracts/fleet-api'
import type { Action } from '@workshop/contracts/plan'
import { oneLine } from '../../loop/one-line.ts'

/** Lines without their time. `before` is the view that was shown last. */
export function liveLines(before: WorkshopView, after: WorkshopView): readonly string[] {
  return [...newPlan(before, after), ...appStates(before, after)].map(oneLine)
}

/** True when an entry says something that views do not: what went wrong, and what others than the controller did. */
export function isNews({ level, who }: ActivityEntry, view: WorkshopView | undefined): boolean {
  const isApp = view?.status.fleet?.some(({ name }) => name === who) ?? false
  return level !== 'info' || (who !== 'controller' && !isApp)
}

/** Objects whose change a person wants to read about; deployments and grants follow from them. */
const told: readonly Action['kind'][] = ['App', 'SecretScope', 'Token']

function newPlan(before: WorkshopView, { lastPlan }: WorkshopView): readonly string[] {
  if (!lastPlan || lastPlan.number === before.lastPlan?.number) return []
  return lastPlan.plan.actions
    .filter(({ action, kind }) => action !== 'none' && told.includes(kind))
    .map(({ action, name, message }) => `${signs[action] ?? '~'} ${name}  ${action}  ${message}`)
}

function appStates(before: WorkshopView, after: WorkshopView): readonly string[] {
  const old = new Map(before.status.fleet?.map((member) => [member.name, member.state]))
  const now = after.status.fleet ?? []
  const changed = now.filter(
    ({ name, state }) => (state === 'Ready') !== (old.get(name) === 'Ready') && (old.has(name) || state === 'Ready'),
  )
  const gone = [...old.keys()].filter((name) => !now.some((member) => member.name === name))
  return [
    ...changed.map(
      ({ name, state = 'Unknown', message }) => `${name}  ${state.toLowerCase()}${message ? `  ${message}` : ''}`,
    ),
    ...gone.map((name) => `${name}  gone`),
  ]
}

const signs: Readonly<Partial<Record<Action['action'], string>>> = { create: '+', delete: '-' }
