/** A real Chromium for the browser suite, and what its pages complained about. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

export interface BrowserWishes {
  /** Draws terminals with WebGL as most visitors' browsers do; without it their text stands in the page. */
  readonly webgl?: boolean
}

/** No sandbox because tests run as root, no graphics card, and nothing that calls home. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Throws when the machine has no Chromium: a browser suite that does not run must not look green. */
export function launchBrowser({ webgl = false }: BrowserWishes = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium found: install one, or name it in CHROMIUM_PATH')
  return chromium.launch({ executablePath, args: webgl ? quiet : [...quiet, '--disable-3d-apis'] })
}

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors in the console and in scripts, on any page of this visitor; violations of the content policy are among them. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

/** Longer than a page may take on a slow machine with two cores. */
const patienceMs = 60_000

/** Somebody with cookies of their own. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  context.setDefaultTimeout(patienceMs)
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`)
  })
  return { context, page: await context.newPage(), complaints, close: () => context.close() }
}
