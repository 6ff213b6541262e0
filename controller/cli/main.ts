#!/usr/bin/env node
/** The `workshop` program: wires the command line to this process. */
import { readConfig } from '../config.ts'
import { runCommandLine } from './command-line.ts'
import { processTerminal } from './process-terminal.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // 128 plus the signal's number, as shells report it. The second one does not wait for anything.
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    stop.abort()
  })
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  config: readConfig(),
  terminal: processTerminal,
  now: Date.now,
  stopped: stop.signal,
  loop: async () => {
    const [{ createController }, once] = await Promise.all([import('../loop/runner.ts'), import('../loop/once.ts')])
    return { createController, ...once }
  },
})
