/** The six families of state. A family owns icon and colour; the word beside it may be more exact. */
import {
  badGlyph,
  driftGlyph,
  exitGlyph,
  type Glyph,
  idleGlyph,
  needsGlyph,
  okGlyph,
  progGlyph,
  suspGlyph,
  todoGlyph,
  unkGlyph,
  workingGlyph,
} from './glyphs.ts'

export type StateFamily = 'ok' | 'prog' | 'drift' | 'bad' | 'susp' | 'unk'

/** Icons that say more than the family's own. */
export type StateSign = 'working' | 'needs' | 'idle' | 'exit' | 'todo'

/** What a badge shows: `word` is what people read, family and sign choose colour and icon. */
export interface StateView {
  readonly family: StateFamily
  readonly word: string
  readonly sign?: StateSign | undefined
}

const familyGlyphs: Readonly<Record<StateFamily, Glyph>> = {
  ok: okGlyph,
  prog: progGlyph,
  drift: driftGlyph,
  bad: badGlyph,
  susp: suspGlyph,
  unk: unkGlyph,
}

const signGlyphs: Readonly<Record<StateSign, Glyph>> = {
  working: workingGlyph,
  needs: needsGlyph,
  idle: idleGlyph,
  exit: exitGlyph,
  todo: todoGlyph,
}

/** The icon of a state. */
export function stateGlyph({ family, sign }: Pick<StateView, 'family' | 'sign'>): Glyph {
  return sign === undefined ? familyGlyphs[family] : signGlyphs[sign]
}
