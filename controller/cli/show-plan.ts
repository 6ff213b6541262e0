/** A plan for people, read like a diff: one line an object, its reasons and field changes below. Pure. */
import { errorTable } from '@workshop/contracts/errors'
import type { Action, ActionKind, ObjectKind, Plan } from '@workshop/contracts/plan'
import { alignRows, cells, count } from './columns.ts'
import type { Paint } from './terminal.ts'

/** How kinds are called; the plural adds an s where there is none. */
export const kindWords: Readonly<Record<ObjectKind, readonly [one: string, many: string]>> = {
  App: ['app', 'apps'],
  Deployment: ['deployment', 'deployments'],
  Permissions: ['set of grants', 'sets of grants'],
  SecretScope: ['secret scope', 'secret scopes'],
  Secret: ['secret', 'secrets'],
  Token: ['token', 'tokens'],
  WorkspaceFolder: ['workspace folder', 'workspace folders'],
  FleetFile: ['fleet file', 'fleet files'],
}

/** What is done to one app, or to one shared object. */
interface Group {
  readonly subject: string
  readonly sign: '+' | '~' | '-'
  readonly actions: readonly Action[]
}

/** Everything but the headline. */
export function showPlan(plan: Plan, paint: Paint): string {
  const groups = groupActions(plan)
  const colour = { '+': paint.good, '~': paint.warn, '-': paint.bad }
  const rows = groups.flatMap(({ subject, sign, actions }) =>
    actions.flatMap((action, at) => {
      const own = action.kind === 'App' || action.app === undefined
      const text = own ? action.message : `${kindWords[action.kind][0]}: ${action.message}`
      const first = [colour[sign](at === 0 ? sign : ' '), at === 0 ? subject : '', action.action, text]
      return [first, ...action.changes.map((change) => ['', '', '', changeText(change)])]
    }),
  )
  const blocked = plan.blockers.flatMap(({ code, name, message }) => [
    [paint.bad('!'), name, code, message],
    ['', '', '', errorTable[code].fix],
  ])
  const table = alignRows([...rows, ...blocked], { gap: 3 }).map((line) => `  ${squeeze(line)}`)
  const lines = [...table, ...inSyncLine(plan)]
  return `${lines.join('\n')}${lines.length > 0 ? '\n\n' : ''}${totals(plan, groups)}\n`
}

/** True when carrying it out would change something. */
export function hasChanges(plan: Plan): boolean {
  return plan.actions.some(({ action }) => action !== 'none')
}

/** The sign stands close to its subject: the first gap is one space wide. */
function squeeze(line: string): string {
  return cells(line) > 4 ? line.replace(/^(\S+|\s) {3}/, '$1 ').trimEnd() : line
}

function changeText({ path, found, wanted }: Action['changes'][number]): string {
  if (found === '') return `${path} ${wanted}`
  return wanted === '' ? `${path} ${found} → gone` : `${path} ${found} → ${wanted}`
}

function groupActions({ actions }: Plan): readonly Group[] {
  const groups = new Map<string, Action[]>()
  for (const action of actions) {
    if (action.action === 'none') continue
    const key = action.app ?? action.key
    groups.set(key, [...(groups.get(key) ?? []), action])
  }
  return [...groups].map(([key, members]) => {
    const sorted = [...members].sort((a, b) => Number(b.kind === 'App') - Number(a.kind === 'App'))
    const [head] = sorted
    const subject = head?.app ?? (head ? `${kindWords[head.kind][0]} ${head.name}` : key)
    return { subject, sign: signOf(head?.action ?? 'none'), actions: sorted }
  })
}

function signOf(action: ActionKind): Group['sign'] {
  return action === 'create' ? '+' : action === 'delete' ? '-' : '~'
}

function inSyncLine({ inSync }: Plan): readonly string[] {
  const parts = Object.entries(inSync)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => count(number, ...kindWords[kind as ObjectKind]))
  return parts.length > 0 ? [`  = ${parts.join(', ')}: as wanted`] : []
}

function totals({ blockers }: Plan, groups: readonly Group[]): string {
  const of = (sign: Group['sign']) => groups.filter((group) => group.sign === sign).length
  const blocked = blockers.length > 0 ? ` ${count(blockers.length, 'thing')} in the way.` : ''
  if (groups.length === 0) return `No change.${blocked}`
  return `Plan: ${of('+')} to create, ${of('~')} to change, ${of('-')} to delete.${blocked}`
}
