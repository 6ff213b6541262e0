/**
 * `npm run bench -- [GROUP [PART …] …] [--json FILE]`: measurements, side by side with their peers in one run. Never a
 * test: it exits 0 whatever the figures say; a group that cannot run says why and is left out.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Figure } from './figure.ts'

interface Group {
  /** What of it can be asked for alone. */
  readonly parts?: readonly string[]
  /** Measures these parts, or all when none is named. */
  readonly measure: (only: readonly string[]) => Promise<readonly Figure[]> | AsyncIterable<readonly Figure[]>
}

/** Loaded only when asked for. */
const groups: Readonly<Record<string, () => Promise<Group>>> = {
  start: () => import('./start.ts'),
  reconcile: () => import('./reconcile.ts'),
  fleet: () => import('./fleet.ts'),
  terminal: () => import('./terminal.ts'),
  prediction: () => import('./prediction.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})

if (values.help) await help()
else await run(await asked(positionals))

async function help(): Promise<void> {
  console.log(
    'npm run bench -- [GROUP [PART …] …] [--json FILE]\n\nWithout a group, all; without a part, all of it. In brackets: where a ratio lies in nine of ten draws of the turns.',
  )
  for (const [name, load] of Object.entries(groups))
    console.log(`  ${[name, ...((await load()).parts ?? [])].join(' ')}`)
}

/** Groups with the parts that follow their names. Ends the program when a word is neither. */
async function asked(words: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Map<string, string[]>()
  let last: string | undefined
  for (const word of words) {
    if (word in groups) {
      last = word
      wanted.set(word, wanted.get(word) ?? [])
    } else if (last !== undefined && (await groups[last]?.())?.parts?.includes(word)) wanted.get(last)?.push(word)
    else {
      console.error(`No such group or part: ${word}. --help lists them.`)
      process.exit(2)
    }
  }
  return wanted.size > 0 ? wanted : new Map(Object.keys(groups).map((name) => [name, []]))
}

async function run(wanted: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const figures: Figure[] = []
  for (const [name, only] of wanted) {
    console.log(`\n${name}`)
    try {
      const measured = (await groups[name]?.())?.measure(only) ?? []
      for await (const some of Symbol.asyncIterator in measured ? measured : [measured]) {
        figures.push(...some)
        print(some)
      }
    } catch (error) {
      console.error(`  not measured: ${error instanceof Error ? error.message : error}`)
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ figures }, null, 2)}\n`)
}

function print(rows: readonly Figure[]): void {
  const verdict = { true: 'holds', false: 'MISSED', null: 'no peer' } as const
  for (const row of rows) {
    const cells = [
      row.name.padEnd(52),
      `${row.ours} ${row.unit}`.padStart(16),
      (row.peer === null ? '–' : `peer ${row.peer}`).padStart(16),
      (row.ratio === null ? '–' : `× ${row.ratio}`).padStart(9),
      (row.range === undefined ? '' : `(${row.range.map((end) => end.toPrecision(3)).join(' to ')})`).padStart(16),
      row.goal.padStart(18),
      verdict[String(row.holds) as keyof typeof verdict],
    ]
    console.log(`  ${cells.join('  ')}`)
  }
}
