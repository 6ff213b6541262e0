/**
 * The pictures of README and docs, from a real run: `npm run pictures`. Without PICTURES they are not taken, as they
 * depend on the fonts of the machine.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor } from '../support/browser.ts'
import { repository } from '../support/product.ts'

const product = inject('product')
const ada = 'ada@example.com'
const folder = join(repository, 'docs', 'pictures')
const mostBytes = 300_000

const program = `"""Coffee-shop orders as JSON lines, with a few broken rows."""
import json, random
from datetime import datetime, timedelta
from pathlib import Path

random.seed(42)
shops = ["Harbour", "Old Town", "Station"]
start = datetime(2026, 11, 1, 7)
out = Path("data/orders")
out.mkdir(parents=True, exist_ok=True)

with open(out / "orders.jsonl", "w") as file:
    for number in range(5000):
        order = {
            "order_id": number,
            "ordered_at": (start + timedelta(minutes=8 * number)).isoformat(),
            "shop": random.choice(shops),
            "drink": random.choice(["espresso", "flat white", "filter"]),
            "price": None if random.random() < 0.02 else 3.4,
        }
        file.write(json.dumps(order) + "\\n")
`
const answer = `The generator is in place: 5,000 orders over 30 days, seeded, so each run gives the same rows.

- rush hours at 8 and 13, and a few favourite drinks
- about 2 % of the rows have no price; silver has to drop those

Next I would run it and count the broken rows by kind. Shall I?`

describe.runIf(process.env['PICTURES'])('pictures', () => {
  let plain: Browser
  let drawn: Browser
  /** Ada's cookies and marks. */
  let kept: Awaited<ReturnType<BrowserContext['storageState']>>

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    const write = {
      name: 'Write',
      input: { file_path: '/home/participant/project/generate_orders.py', content: program },
    }
    await control('models', { rules: [{ match: 'generate_orders', toolUse: write, reply: answer }] })
    plain = await launchBrowser()
    drawn = await launchBrowser({ webgl: true })
    const bench = await BenchPage.enter((await newVisitor(plain)).page, product.workshopUrl, ada)
    await bench.startAfresh()
    await bench.newSession('Claude Code', 1)
    await bench.see(1, /^\s*❯/m)
    const guide = bench.guide
    await guide.getByRole('button', { name: 'Send to Claude Code' }).first().click()
    await bench.see(1, /Shall I\?/)
    await bench.newSession('Shell', 2)
    await bench.see(2, /❯/)
    await bench.run(2, 'python3 generate_orders.py && wc -l data/orders/*.jsonl')
    await bench.see(2, /5000 data/)
    await bench.run(2, 'head -2 data/orders/orders.jsonl')
    await bench.run(2, 'git status --short')
    await bench.see(2, /\?\? generate_orders\.py/)
    await bench.page.getByText(/^Sent \d\d:\d\d/).waitFor()
    kept = await bench.page.context().storageState()
    // Another window would count as a viewer.
    await bench.page.context().close()
  })
  afterAll(() => Promise.all([plain?.close(), drawn?.close()]))

  it('sign-in', async () => {
    const { page, close } = await newVisitor(drawn)
    await page.goto(product.workshopUrl)
    await page.getByRole('button', { name: 'Continue' }).waitFor()
    await shoot(page, 'sign-in')
    await close()
  })

  it.for([
    ['bench-light', { colorScheme: 'light' }],
    ['bench-dark', { colorScheme: 'dark' }],
    [
      'bench-phone',
      { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
    ],
  ] as const satisfies [string, BrowserContextOptions][])('%s', async ([name, options]) => {
    // An emulated screen density confuses WebGL's own measure, so the phone draws without it.
    const { page, close } = await newVisitor(name === 'bench-phone' ? plain : drawn, { ...options, storageState: kept })
    await page.goto(product.workshopUrl)
    await new BenchPage(page).ready()
    if (name === 'bench-phone') await new BenchPage(page).see(1, /Shall I\?/)
    else await page.locator('.xterm-screen canvas').first().waitFor()
    if (name !== 'bench-phone') {
      const cards = page.getByRole('list', { name: 'Session cards' })
      await cards.getByText('idle').nth(1).waitFor()
    }
    await shoot(page, name)
    await close()
  })

  it('control-room-light and control-room-dark', async () => {
    await control('durations', { STARTING: 20_000 })
    const spec = readFileSync(product.specFile, 'utf8')
    writeFileSync(product.specFile, spec.replace('replicas: 2', 'replicas: 3'))
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await newVisitor(drawn, { colorScheme, viewport: { width: 1440, height: 1180 } })
      await page.goto(product.controlRoomUrl)
      await page.getByText('vibe-worker-3: create', { exact: true }).waitFor()
      await shoot(page, `control-room-${colorScheme}`)
      await close()
    }
  })
})

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(folder, `${name}.png`)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path, animations: 'disabled', caret: 'initial' })
  expect(statSync(path).size).toBeLessThan(mostBytes)
}

async function control(what: 'models' | 'durations', wish: unknown): Promise<void> {
  const response = await fetch(`${product.emulatorUrl}/__emulator/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  })
  expect(response.status, await response.text()).toBe(200)
}
