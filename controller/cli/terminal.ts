/** The two streams and the keyboard as commands see them. Results go to `out`, progress and errors to `err`. */

/** Wraps text in a colour, or leaves it as it is where there is none. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'good' | 'bad' | 'warn' | 'accent', (text: string) => string>>

export interface TextStream {
  readonly write: (text: string) => void
  readonly isTty: boolean
  /** Width in cells; 80 where there is no terminal. */
  readonly columns: () => number
  /** Height in lines; 24 where there is no terminal. */
  readonly rows: () => number
  readonly paint: Paint
}

export interface Terminal {
  readonly out: TextStream
  readonly err: TextStream
  /** Asks on `err` and answers what was typed; undefined where nobody can answer. */
  readonly ask: (question: string) => Promise<string | undefined>
}

/** SGR codes: first switches on, second off. */
const codes = { bold: [1, 22], dim: [2, 22], good: [32, 39], bad: [31, 39], warn: [33, 39], accent: [36, 39] } as const

/** Colours, or the same functions without effect. */
export function paintWith(colour: boolean): Paint {
  const one = ([on, off]: readonly [number, number]) =>
    colour ? (text: string) => `\u001B[${on}m${text}\u001B[${off}m` : (text: string) => text
  return {
    bold: one(codes.bold),
    dim: one(codes.dim),
    good: one(codes.good),
    bad: one(codes.bad),
    warn: one(codes.warn),
    accent: one(codes.accent),
  }
}
