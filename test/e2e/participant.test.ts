/** What a newcomer does first, in a real browser: sign in, start Claude Code, ask it, reload, open a shell, follow the guide. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor, type Visitor } from '../support/browser.ts'

const product = inject('product')
const ada = 'ada@example.com'
/** A question that Claude Code asks a person who starts it the first time. */
const onboarding = /Let's get started|Choose the text style|Select login method|Do you trust|API key\?|Press Enter to/

describe('a participant in the browser', () => {
  let browser: Browser
  let visitor: Visitor
  let bench: BenchPage
  let before = 0

  beforeAll(async () => {
    browser = await launchBrowser()
    visitor = await newVisitor(browser)
  })
  afterAll(() => browser?.close())

  it('finds everybody of the roster on the sign-in page', async () => {
    const { page } = visitor
    await page.goto(product.workshopUrl)
    for (const name of ['ada', 'grace', 'katherine', 'edsger']) {
      expect(await page.getByRole('radio', { name: `${name}@example.com` }).count(), name).toBe(1)
    }
  })

  it('lands on the own worker after signing in', async () => {
    bench = await BenchPage.enter(visitor.page, product.workshopUrl, ada)
    await bench.startAfresh()
    // Terminals of sessions that earlier tests left open were closed under the page.
    before = visitor.complaints.length
    expect(bench.origin).toMatch(/\/\/vibe-worker-[123]\.apps\.localhost:/)
    expect(await visitor.page.title()).toBe('Build it with agents')
  })

  it('has Claude Code at its prompt, without one question before', async () => {
    await bench.newSession('Claude Code', 1)
    await bench.see(1, /^\s*❯/m)
    const screen = await bench.screen(1)
    expect(screen).toContain('Claude Code v2.1.329')
    expect(screen).not.toMatch(onboarding)
  })

  it('sees the answer come bit by bit', async () => {
    const parts = Array.from({ length: 15 }, (_, at) => `Line ${at + 1} of the answer.`)
    await script({ rules: [{ match: 'count slowly', reply: parts.join('\n\n') }], delayMs: 80 })
    await bench.run(1, 'count slowly')
    await bench.see(1, /Line 1 of the answer/)
    expect(await bench.screen(1), 'all of the answer at once').not.toContain('Line 15 of the answer')
    await bench.see(1, /Line 15 of the answer/)
    await script({ rules: [], delayMs: 18 })
  })

  it('lets Claude Code write and read files in the own folder', async () => {
    await bench.run(1, 'create a file notes.md with forty-two beans, then run `cat notes.md`')
    await bench.see(1, /Done\. The result:\s+forty-two beans/)
  })

  it('sees the screen again after a reload', async () => {
    await visitor.page.reload()
    await bench.ready()
    await bench.see(1, /Done\. The result:\s+forty-two beans/)
    await bench.run(1, 'hello again')
    await bench.see(1, /Hello! I am/)
  })

  it('runs a shell in a second tab, sized as it is seen', async () => {
    await bench.newSession('Shell', 2)
    await bench.see(2, /❯/)
    await bench.run(2, 'echo size $(stty size)')
    const [, rows, cols] = (await bench.see(2, /size (\d+) (\d+)/)).map(Number)
    await visitor.page.setViewportSize({ width: 1100, height: 700 })
    await bench.run(
      2,
      'until [ "$(stty size)" != "$BEFORE" ]; do sleep 0.1; done; clear; echo now $(stty size)'.replace(
        '$BEFORE',
        `${rows} ${cols}`,
      ),
    )
    const [, fewerRows, fewerCols] = (await bench.see(2, /now (\d+) (\d+)/)).map(Number)
    expect(fewerRows).toBeLessThan(rows ?? 0)
    expect(fewerCols).toBeLessThan(cols ?? 0)
    await visitor.page.setViewportSize({ width: 1440, height: 900 })
    expect(await bench.tabs().count()).toBe(2)
  })

  it('shows the exit code of a shell that ended and starts it anew', async () => {
    await bench.run(2, 'exit 3')
    await bench.pane(2).getByText('Ended with an error, exit 3.').waitFor()
    await bench.pane(2).getByRole('button', { name: 'Restart' }).click()
    await bench.see(2, /^(?![\s\S]*exit 3)[\s\S]*❯/)
  })

  it('reads three challenges and runs a command of the guide in the current shell', async () => {
    const challenges = bench.guide.getByRole('tab')
    expect(await challenges.allTextContents()).toEqual(['1 Data pipeline', '2 Analytics app', '3 AI app'])
    await bench.pane(2).locator('.xterm-screen').click()
    const command = bench.guide.getByRole('figure', { name: 'Shell command' }).first()
    await command.getByRole('button', { name: /^Run in/ }).click()
    await bench.see(2, /"userName":\s*"ada@example\.com"/)
    await command.getByText(/^Run \d\d:\d\d/).waitFor()
    await challenges.nth(1).click()
    await bench.guide.getByRole('heading', { name: 'Analytics app' }).waitFor()
  })

  it('never made the page complain', () => {
    expect(visitor.complaints.slice(before)).toEqual([])
  })
})

/** Sets what the emulated model answers. */
async function script(wish: unknown): Promise<void> {
  const answer = await fetch(`${product.emulatorUrl}/__emulator/models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  })
  expect(answer.status).toBe(200)
}
