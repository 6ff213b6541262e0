/** A terminal without a program: takes everything, and does nothing. */
import type { Pty } from './pty.ts'

const nothing = () => {}

export const stillPty: Pty = {
  pid: 0,
  queued: 0,
  written: 0,
  write: nothing,
  dropInput: nothing,
  tty: () => undefined,
  resize: nothing,
  pause: nothing,
  resume: nothing,
  shorten: nothing,
  settle: nothing,
  kill: nothing,
}
