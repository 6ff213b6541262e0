/** A Dockerfile as its stages and instructions: enough of the language for ours. Pure. */

export interface Instruction {
  readonly name: string
  /** Flags such as `--from=build`. */
  readonly flags: readonly string[]
  /** What follows, comments and line breaks taken out. */
  readonly rest: string
}

export interface Stage {
  readonly base: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

export function stagesOf(text: string): readonly Stage[] {
  const lines = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const given = new Map<string, string>()
  const resolved = (words: string) => words.replace(/\$\{(\w+)\}/g, (_, name) => given.get(name) ?? '')
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const [word = '', ...words] = line.split(/\s+/)
    const name = word.toUpperCase()
    const flags = words.filter((each) => each.startsWith('--') && name !== 'RUN')
    const rest = words.filter((each) => !flags.includes(each))
    // Before the first stage: what FROM lines may name.
    if (name === 'ARG' && stages.length === 0) given.set(...(rest.join(' ').split(/=(.*)/s) as [string, string]))
    if (name === 'FROM') stages.push({ base: resolved(rest[0] ?? ''), name: rest[2], instructions: [] })
    else stages.at(-1)?.instructions.push({ name, flags, rest: rest.join(' ') })
  }
  return stages
}

/** The last value that a stage gives an instruction. */
export function lastOf({ instructions }: Stage, name: string): string | undefined {
  return instructions.findLast((each) => each.name === name)?.rest
}

/** The words of an exec form; undefined for a shell form, which needs a shell. */
export function execForm(text: string | undefined): readonly string[] | undefined {
  if (!text?.startsWith('[')) return undefined
  return JSON.parse(text) as readonly string[]
}

/** `ENV A=1 B=2` of all its lines. */
export function environmentOf({ instructions }: Stage): Readonly<Record<string, string>> {
  const pairs = instructions.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(' '))
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]))
}
