/**
 * What a person typed into a real program and what the program answered, with times: the material that prediction is
 * measured on. Recorded without delay by record.ts; a replay puts the delay between key and answer.
 */

/** Flags of the terminal's line discipline, as the worker reports them. */
export interface TtyFlags {
  readonly echo: boolean
  readonly canonical: boolean
}

/** `at` is in ms since the start. Output is bytes as Latin-1 text. */
export type LogEvent =
  | { readonly at: number; readonly key: string }
  | { readonly at: number; readonly output: string }
  | { readonly at: number; readonly tty: TtyFlags }

export interface KeystrokeLog {
  readonly program: string
  readonly cols: number
  readonly rows: number
  readonly events: readonly LogEvent[]
}
