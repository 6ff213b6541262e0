/** Prints a result: text for people, or the same facts as JSON or YAML. */
import { stringify } from 'yaml'
import type { CommandContext } from './command-context.ts'

/** `text` is asked for only when text is wanted. */
export function printResult({ terminal, output }: CommandContext, facts: unknown, text: () => string): void {
  if (output === 'json') terminal.out.write(`${JSON.stringify(facts, null, 2)}\n`)
  else if (output === 'yaml') terminal.out.write(stringify(facts, { aliasDuplicateObjects: false }))
  else terminal.out.write(text())
}
