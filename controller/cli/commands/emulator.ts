/** `workshop emulator`: the emulator as a program of its own, until Ctrl-C. */
import { randomBytes } from 'node:crypto'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { startEmulator } from '../emulator-process.ts'
import { printResult } from '../print-result.ts'

export interface EmulatorFlags {
  readonly port: number
  readonly token?: string
  readonly profile: 'instant' | 'realistic'
}

export async function emulator(context: CommandContext, flags: EmulatorFlags): Promise<ExitCode> {
  const token = flags.token ?? newToken()
  const running = await startEmulator({ port: flags.port, token, profile: flags.profile, portOption: '--port' })
  printResult(context, { url: running.url, token }, () =>
    [
      `Databricks is emulated on ${running.url}; nothing leaves this machine`,
      '',
      `  export DATABRICKS_HOST=${running.url}`,
      `  export DATABRICKS_TOKEN=${token}`,
      '',
      'Ctrl-C takes it down; nothing is kept.',
      '',
    ].join('\n'),
  )
  await Promise.race([running.ended, stopped(context.stopped)])
  if (context.stopped.aborted) await running.stop()
  return context.stopped.aborted ? 0 : 1
}

/** A token in the form of a personal access token. */
export function newToken(): string {
  return `dapi${randomBytes(16).toString('hex')}`
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
