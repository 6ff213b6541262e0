/** The commands of the control room: names and keys; what they do comes from the page. */
import { Activity, GitCompareArrows, Keyboard, LayoutGrid, Search, Server, SunMoon } from 'lucide-vue-next'
import { switchTheme } from '../../ui/theme.ts'
import type { Command } from '../keys/commands.ts'

export interface RoomActions {
  readonly go: (page: 'overview' | 'fleet' | 'plans' | 'activity') => void
  readonly search: () => void
  readonly moveRow: (by: 1 | -1) => void
  readonly palette: () => void
  readonly sheet: () => void
}

export function roomCommands(act: RoomActions): readonly Command[] {
  const pages = 'Control room'
  return [
    {
      id: 'overview',
      title: 'Overview',
      group: pages,
      icon: LayoutGrid,
      keys: ['g', 'o'],
      run: () => act.go('overview'),
    },
    { id: 'fleet', title: 'Fleet', group: pages, icon: Server, keys: ['g', 'f'], run: () => act.go('fleet') },
    { id: 'plans', title: 'Plans', group: pages, icon: GitCompareArrows, keys: ['g', 'p'], run: () => act.go('plans') },
    {
      id: 'activity',
      title: 'Activity',
      group: pages,
      icon: Activity,
      keys: ['g', 'a'],
      run: () => act.go('activity'),
    },
    { id: 'search', title: 'Filter the fleet', group: pages, icon: Search, keys: ['/'], run: act.search },
    { id: 'next', title: 'Next row', group: pages, keys: ['j'], keyOnly: true, run: () => act.moveRow(1) },
    { id: 'previous', title: 'Previous row', group: pages, keys: ['k'], keyOnly: true, run: () => act.moveRow(-1) },
    { id: 'theme', title: 'Switch the theme', group: 'Page', icon: SunMoon, run: switchTheme },
    { id: 'sheet', title: 'Key sheet', group: 'Page', icon: Keyboard, keys: ['?'], run: act.sheet },
    { id: 'palette', title: 'Command palette', group: 'Page', keyOnly: true, run: act.palette },
  ]
}
