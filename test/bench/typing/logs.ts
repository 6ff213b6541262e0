/** Reads the recordings of this folder. One event a line, so that a new recording shows as a difference. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { KeystrokeLog, LogEvent } from './keystroke-log.ts'

/** Lines in the recordings that were typed at prompts for a password. */
export const secrets = ['hunter2!', 'correct horse', 'sesame opens'] as const

export const recorded = ['bash', 'zsh', 'python', 'claude'] as const

export function readLog(program: (typeof recorded)[number]): KeystrokeLog {
  const text = readFileSync(fileURLToPath(new URL(`logs/${program}.jsonl`, import.meta.url)), 'utf8')
  const [head = '{}', ...lines] = text.trimEnd().split('\n')
  const events = lines.map((line) => JSON.parse(line) as LogEvent)
  return { ...(JSON.parse(head) as Omit<KeystrokeLog, 'events'>), events }
}

/** The text of a recording's file. */
export function logText({ events, ...head }: KeystrokeLog): string {
  return `${[head, ...events].map((line) => JSON.stringify(line)).join('\n')}\n`
}
