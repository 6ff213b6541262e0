/** The commands of the bench. What they do comes from the page; here is what they are called and which keys they have. */
import type { AgentInfo } from '@workshop/contracts/worker-api'
import {
  AArrowDown,
  AArrowUp,
  BookOpen,
  Columns2,
  Ear,
  Keyboard,
  LogOut,
  Plus,
  Rows2,
  Search,
  Settings2,
  Square,
  SquareX,
  SunMoon,
  Terminal,
  Zap,
} from 'lucide-vue-next'
import { needsGlyph } from '../../ui/glyphs.ts'
import { switchTerminalTheme, switchTheme } from '../../ui/theme.ts'
import type { Command } from '../keys/commands.ts'
import { agentGlyphs } from '../sessions/agent-glyph.ts'
import type { SessionRow } from '../sessions/session-row.ts'
import { switchTypeAhead } from '../terminal/predict/type-ahead-setting.ts'
import { resizeLetters, terminalSettings } from '../terminal/terminal-settings.ts'
import type { Layout } from './pane-layout.ts'

export interface BenchActions {
  readonly openNew: () => void
  readonly start: (agent: AgentInfo['id']) => void
  readonly show: (id: string) => void
  readonly nextNeedy: () => void
  readonly find: () => void
  readonly end: () => void
  readonly leave: () => void
  readonly toggleGuide: () => void
  readonly setLayout: (layout: Layout) => void
  readonly palette: () => void
  readonly sheet: () => void
  readonly settings: () => void
}

export function benchCommands(
  rows: readonly SessionRow[],
  agents: readonly AgentInfo[],
  act: BenchActions,
): readonly Command[] {
  const sessions = 'Sessions'
  const page = 'Page'
  return [
    { id: 'new', title: 'New session', group: sessions, icon: Plus, leader: 't', run: act.openNew },
    ...agents
      .filter(({ available }) => available)
      .map(({ id, title }) => ({
        id: `new-${id}`,
        title: `New ${title} session`,
        group: sessions,
        icon: agentGlyphs[id],
        run: () => act.start(id),
      })),
    {
      id: 'needy',
      title: 'Next session that needs you',
      group: sessions,
      icon: needsGlyph,
      leader: 'n',
      run: act.nextNeedy,
    },
    ...rows.map(
      ({ info }, at): Command => ({
        id: `go-${info.id}`,
        title: `Go to terminal ${at + 1}, ${info.title}`,
        group: sessions,
        icon: agentGlyphs[info.agent],
        ...(at < 9 ? { leader: String(at + 1), leaderLabel: String(at + 1) } : {}),
        run: () => act.show(info.id),
      }),
    ),
    { id: 'find', title: 'Find in output', group: sessions, icon: Search, leader: 'f', run: act.find },
    { id: 'end', title: 'End this session', group: sessions, icon: SquareX, leader: 'x', run: act.end },
    {
      id: 'leave',
      title: 'Leave the terminal',
      group: sessions,
      icon: LogOut,
      leader: 'escape',
      leaderLabel: 'Esc',
      run: act.leave,
    },
    { id: 'guide', title: 'Show or fold the guide', group: page, icon: BookOpen, leader: 'g', run: act.toggleGuide },
    { id: 'single', title: 'One terminal', group: page, icon: Square, run: () => act.setLayout('single') },
    { id: 'side', title: 'Split right', group: page, icon: Columns2, leader: 'v', run: () => act.setLayout('side') },
    { id: 'stacked', title: 'Split down', group: page, icon: Rows2, leader: 's', run: () => act.setLayout('stacked') },
    { id: 'theme', title: 'Switch the theme', group: page, icon: SunMoon, run: switchTheme },
    {
      id: 'term-theme',
      title: 'Switch the terminals between dark and light',
      group: page,
      icon: Terminal,
      run: switchTerminalTheme,
    },
    {
      id: 'type-ahead',
      title: 'Show typing before the worker answers, or not',
      group: page,
      icon: Zap,
      run: switchTypeAhead,
    },
    {
      id: 'settings',
      title: 'Terminal settings…',
      group: page,
      icon: Settings2,
      leader: ',',
      run: act.settings,
    },
    { id: 'larger', title: 'Larger letters', group: page, icon: AArrowUp, leader: '+', run: () => resizeLetters(1) },
    {
      id: 'smaller',
      title: 'Smaller letters',
      group: page,
      icon: AArrowDown,
      leader: '-',
      run: () => resizeLetters(-1),
    },
    {
      id: 'reader',
      title: 'Screen reader mode of the terminals, on or off',
      group: page,
      icon: Ear,
      run: () => {
        terminalSettings.screenReader = !terminalSettings.screenReader
      },
    },
    { id: 'sheet', title: 'Key sheet', group: page, icon: Keyboard, keys: ['?'], run: act.sheet },
    { id: 'palette', title: 'Command palette', group: page, keyOnly: true, run: act.palette },
  ]
}
