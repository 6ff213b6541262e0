/**
 * `npm run bench -- [GROUP …] [--json FILE]`: measurements, side by side with their peers in one run. Never a test:
 * it exits 0 whatever the figures say; a group that cannot run says why and is left out.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Figure } from './figure.ts'

/** Each group is a module with `measure(): Promise<Figure[]>`, loaded only when asked for. */
const groups: Readonly<Record<string, () => Promise<{ measure: () => Promise<readonly Figure[]> }>>> = {
  start: () => import('./start.ts'),
  reconcile: () => import('./reconcile.ts'),
  terminal: () => import('./terminal.ts'),
  prediction: () => import('./prediction.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})

if (values.help) {
  console.log(
    `npm run bench -- [GROUP …] [--json FILE]\n\nGroups: ${Object.keys(groups).join(', ')}. Without a group, all.`,
  )
} else {
  const unknown = positionals.filter((name) => !(name in groups))
  if (unknown.length > 0) {
    console.error(`No such group: ${unknown.join(', ')}. Groups: ${Object.keys(groups).join(', ')}.`)
    process.exit(2)
  }
  const figures: Figure[] = []
  for (const name of positionals.length > 0 ? positionals : Object.keys(groups)) {
    const load = groups[name]
    if (!load) continue
    console.log(`\n${name}`)
    try {
      const measured = await (await load()).measure()
      figures.push(...measured)
      print(measured)
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
      row.goal.padStart(18),
      verdict[String(row.holds) as keyof typeof verdict],
    ]
    console.log(`  ${cells.join('  ')}`)
  }
}
