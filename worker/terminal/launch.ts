/** A program to run in a terminal, as plain data: what agents prepare, isolation wraps and the terminal spawns. */
export interface Launch {
  /** Absolute path of the program. */
  readonly file: string
  readonly args: readonly string[]
  /** The whole environment; nothing is inherited from the worker. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}
