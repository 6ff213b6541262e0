/** Around commander: values of flags, examples, and its refusals in our words. */
import { WorkshopError } from '@workshop/contracts/errors'
import { type CommanderError, InvalidArgumentError } from 'commander'

/** The end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

/** Throws what commander shows. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
  return Number(text)
}

/** Throws what commander shows. */
export function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port > 65_535) throw new InvalidArgumentError('Ports end at 65535.')
  return port
}

/** What commander refuses, as every other refusal. */
export function usageError(error: CommanderError): WorkshopError {
  const [message = ''] = error.message.replace(/^error: /, '').split('\n')
  const asksForHelp = error.code === 'commander.help'
  return new WorkshopError({
    code: 'WO-9001',
    message: asksForHelp ? 'no command was given' : message,
    fix: 'see workshop --help',
  })
}
