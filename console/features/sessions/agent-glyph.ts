/** The pictogram of each agent. */
import type { AgentId } from '@workshop/contracts/worker-api'
import { claudeGlyph, type Glyph, shellGlyph } from '../../ui/glyphs.ts'

export const agentGlyphs: Readonly<Record<AgentId, Glyph>> = { claude: claudeGlyph, shell: shellGlyph }
