/** The participant's page as a person uses it: by roles and names, never by classes, but for the terminal's own text. */
import type { Locator, Page } from 'playwright-core'

export class BenchPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** From the printed address through sign-in and hub to the person's own bench. */
  static async enter(page: Page, workshopUrl: string, email: string): Promise<BenchPage> {
    await page.goto(workshopUrl)
    await page.getByRole('radio', { name: email }).check()
    await page.getByRole('button', { name: 'Continue' }).click()
    const bench = new BenchPage(page)
    await bench.ready()
    return bench
  }

  /** Waits until the person's sessions are known, be it that there are none. */
  async ready(): Promise<void> {
    await this.page.getByRole('region', { name: 'Sessions' }).waitFor()
    await this.page.getByText('No sessions yet').or(this.pane(1)).first().waitFor()
  }

  /** Ends what other tests left to this person. */
  async startAfresh(): Promise<void> {
    await this.endAll()
    await this.page.reload()
    await this.page.getByText('No sessions yet').waitFor()
  }

  /** Ends every session of this person on this worker, as another of their windows could. */
  async endAll(): Promise<void> {
    await this.page.evaluate(async () => {
      const sessions = (await (await fetch('/api/sessions')).json()) as { id: string }[]
      const headers = { 'content-type': 'application/json' }
      const end = ({ id }: { id: string }) => fetch(`/api/sessions/${id}`, { method: 'DELETE', headers, body: '{}' })
      await Promise.all(sessions.map(end))
    })
  }

  /** Where the worker is. */
  get origin(): string {
    return new URL(this.page.url()).origin
  }

  get guide(): Locator {
    return this.page.getByRole('region', { name: 'Guide' })
  }

  tabs(): Locator {
    return this.page.getByRole('tablist', { name: 'Your sessions' }).getByRole('tab')
  }

  /** The frame of the n-th session, counted from 1. */
  pane(place: number): Locator {
    return this.page.getByRole('article', { name: new RegExp(`^Terminal ${place},`) })
  }

  /** Presses "New session", chooses an agent, and waits for its terminal, which becomes the n-th; throws if it cannot. */
  async newSession(agent: 'Claude Code' | 'Shell', place: number): Promise<Locator> {
    const before = await this.tabs().count()
    if (before !== place - 1) throw new Error(`a new session cannot become terminal ${place}: there are ${before}`)
    await this.page.getByRole('button', { name: /^New session/ }).click()
    await this.page.getByRole('menuitem', { name: agent }).click()
    const pane = this.pane(place)
    await pane.locator('.xterm-rows').waitFor()
    return pane
  }

  /** Id of the n-th session, as addresses carry it. */
  async sessionId(place: number): Promise<string> {
    return ((await this.pane(place).getAttribute('id')) ?? '').replace('pane-', '')
  }

  /** What the terminal shows now, line by line; needs a browser without WebGL. */
  async screen(place: number): Promise<string> {
    const rows = await this.pane(place).locator('.xterm-rows > div').allTextContents()
    return rows.map((row) => row.trimEnd()).join('\n')
  }

  /** Waits until the screen matches; throws with the screen when it does not. */
  see(place: number, pattern: RegExp, withinMs = 60_000): Promise<RegExpExecArray> {
    return this.#until(place, (text) => pattern.exec(text) ?? undefined, String(pattern), withinMs)
  }

  async #until<Found>(
    place: number,
    find: (screen: string) => Found | undefined,
    what: string,
    withinMs: number,
  ): Promise<Found> {
    const until = Date.now() + withinMs
    for (;;) {
      const text = await this.screen(place)
      const found = find(text)
      if (found !== undefined) return found
      if (Date.now() > until) {
        const all = await this.page.locator('body').innerText()
        throw new Error(`not on the screen of terminal ${place}: ${what}; it shows:\n${text}\non the page:\n${all}`)
      }
      await this.page.waitForTimeout(100)
    }
  }

  /** Clicks into the terminal and puts text in as an input method does: at once. */
  async type(place: number, text: string): Promise<void> {
    await this.pane(place).locator('.xterm-screen').click()
    await this.page.keyboard.insertText(text)
  }

  /** Types a line and presses Enter. */
  async run(place: number, line: string): Promise<void> {
    await this.type(place, line)
    // Agents take text and Enter in one piece for a paste and do not send it: Enter follows once the text is seen.
    const tail = line.slice(-20).replaceAll(/\s/g, '')
    await this.#until(place, (text) => (text.replaceAll(/\s/g, '').includes(tail) ? true : undefined), line, 60_000)
    await this.page.keyboard.press('Enter')
  }
}
