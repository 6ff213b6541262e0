/**
 * `npm test`: format, lint, types, generated files, then every vitest project. Arguments go to vitest
 * (`npm test -- --project unit`), which then runs alone.
 */
import { spawnSync } from 'node:child_process'

const args = process.argv.slice(2)
const steps: readonly (readonly string[])[] = args.length
  ? [['vitest', 'run', ...args]]
  : [
      ['npm', 'run', '--silent', 'check'],
      ['vitest', 'run'],
    ]

for (const [command = '', ...rest] of steps) {
  const { status } = spawnSync(command, rest, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
