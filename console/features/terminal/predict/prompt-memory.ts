/**
 * Which prompts have shown what was typed behind them. Only behind these is a prediction shown: a prompt for a password
 * never echoes, so it is never among them, whatever the terminal's flags say or how late they arrive.
 */

/** Prompts kept; a shell that tells the time makes a new one each line. */
const most = 64
/** Echoes that a prompt needs which once let us down. */
const mostNeeded = 4

export class PromptMemory {
  readonly #proven = new Map<string, number>()
  readonly #doubted = new Map<string, number>()

  /** Length in cells of the longest known prompt that the line begins with and that ends at or before the cursor. */
  find(cells: readonly string[], cursor: number): number | undefined {
    let longest: number | undefined
    for (const [prompt, length] of this.#proven) {
      if (length > cursor || length <= (longest ?? 0)) continue
      if (cells.slice(0, length).join('') === prompt) longest = length
    }
    return longest
  }

  /** Echoes to see behind a prompt that is not known, before anything is shown. */
  needed(prompt: string): number {
    return 1 + (this.#doubted.get(prompt) ?? 0)
  }

  prove(cells: readonly string[]): void {
    const prompt = cells.join('')
    if (prompt.trim() === '') return
    this.#proven.delete(prompt)
    remember(this.#proven, prompt, cells.length)
  }

  /** It did not do what was foretold. */
  doubt(prompt: string): void {
    this.#proven.delete(prompt)
    remember(this.#doubted, prompt, Math.min(mostNeeded - 1, (this.#doubted.get(prompt) ?? 0) + 1))
  }
}

function remember(map: Map<string, number>, prompt: string, value: number): void {
  map.set(prompt, value)
  const oldest = map.keys().next().value
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
