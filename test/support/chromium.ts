/** Finds a Chromium for the browser suite: environment, system, Playwright's cache; on Debian as root it installs one. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Absolute path of a Chromium, or undefined. `CHROMIUM_PATH` wins. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['CHROMIUM_PATH'] ?? env['PUPPETEER_EXECUTABLE_PATH']
  if (named && existsSync(named)) return named
  const folders = (env['PATH'] ?? '').split(':')
  const system = systemNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
  return system ?? playwrightChromium(env['PLAYWRIGHT_BROWSERS_PATH'] ?? join(homedir(), '.cache/ms-playwright'))
}

function playwrightChromium(cache: string): string | undefined {
  if (!existsSync(cache)) return undefined
  return readdirSync(cache)
    .filter((folder) => folder.startsWith('chromium-'))
    .flatMap((folder) => ['chrome-linux', 'chrome-linux64'].map((inner) => join(cache, folder, inner, 'chrome')))
    .find(existsSync)
}

/** Installs Debian packages when this is Debian and we are root; says whether it tried and succeeded. */
export function installDebianPackages(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (args: readonly string[]) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: 'ignore' }).status === 0
  return apt(['update']) && apt(['install', '-y', '--no-install-recommends', ...packages])
}
