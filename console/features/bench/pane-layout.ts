/** Which sessions are on the page and where. Pure. */

export type Layout = 'single' | 'side' | 'stacked' | 'grid' | 'guide'

export const layouts: readonly { readonly id: Layout; readonly title: string; readonly slots: number }[] = [
  { id: 'single', title: 'One terminal', slots: 1 },
  { id: 'side', title: 'Side by side', slots: 2 },
  { id: 'stacked', title: 'Stacked', slots: 2 },
  { id: 'grid', title: 'Two by two', slots: 4 },
  { id: 'guide', title: 'Guide only', slots: 0 },
]

export function slotsOf(layout: Layout): number {
  return layouts.find(({ id }) => id === layout)?.slots ?? 1
}

/**
 * The sessions to show: those shown before stay where they are, the current one is always among them, free places are
 * filled in the order of the tabs. There are never more places than sessions.
 */
export function shownSessions(
  all: readonly string[],
  before: readonly string[],
  current: string | undefined,
  slots: number,
): readonly string[] {
  const places = Math.min(slots, all.length)
  const kept = before.filter((id) => all.includes(id)).slice(0, places)
  if (current !== undefined && places > 0 && all.includes(current) && !kept.includes(current)) {
    if (kept.length < places) kept.push(current)
    else kept[places - 1] = current
  }
  for (const id of all) {
    if (kept.length >= places) break
    if (!kept.includes(id)) kept.push(id)
  }
  return kept
}

/** Choosing a session: a shown one only gets the focus, another takes the place of the one that had it. */
export function choose(shown: readonly string[], current: string | undefined, next: string): readonly string[] {
  if (shown.includes(next)) return shown
  const at = current === undefined ? -1 : shown.indexOf(current)
  return at < 0 ? [...shown.slice(0, -1), next] : shown.with(at, next)
}
