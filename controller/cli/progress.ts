/** Draws progress: in place on a terminal, one line per change elsewhere. */
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import { elapsed, fitRows, type ProgressRow, progressRows, showProgress } from './progress-rows.ts'
import type { TextStream } from './terminal.ts'

/** How often a terminal is redrawn so that the seconds move. */
const redrawMs = 250

export class Progress {
  readonly #stream: TextStream
  readonly #now: () => number
  readonly #said = new Map<string, string>()
  readonly #timer: NodeJS.Timeout | undefined
  #rows: readonly ProgressRow[] = []
  #drawn = 0

  constructor(stream: TextStream, now: () => number) {
    this.#stream = stream
    this.#now = now
    if (stream.isTty) this.#timer = setInterval(() => this.#draw(), redrawMs).unref()
  }

  show(view: WorkshopView): void {
    const rows = progressRows(view)
    if (rows.length === 0) return
    this.#rows = rows
    if (this.#stream.isTty) this.#draw()
    else for (const row of rows) this.#say(row)
  }

  /** Leaves the last picture on the screen and stops moving. */
  close(): void {
    clearInterval(this.#timer)
    if (this.#stream.isTty) this.#draw()
    this.#drawn = 0
    this.#rows = []
  }

  #draw(): void {
    const { paint, columns, rows, write } = this.#stream
    const shown = fitRows(this.#rows, rows() - 2)
    const lines = showProgress(shown, this.#now(), paint, columns())
    // Up to the first line that was drawn, then every line anew, clearing what was longer.
    const up = this.#drawn > 0 ? `\u001B[${this.#drawn}F` : ''
    if (lines.length > 0) write(`${up}${lines.map((line) => `${line}\u001B[K\n`).join('')}\u001B[J`)
    this.#drawn = lines.length
  }

  #say(row: ProgressRow): void {
    const text = `${row.subject}  ${row.what}  ${row.text}`
    const object = `${row.subject}/${row.what}`
    if (this.#said.get(object) === text) return
    this.#said.set(object, text)
    const time = row.state === 'done' || row.state === 'failed' ? elapsed(row, this.#now()) : ''
    this.#stream.write(`  ${text}${time === '' ? '' : `  ${time}`}\n`)
  }
}
