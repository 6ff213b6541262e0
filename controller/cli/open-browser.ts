/** Opens an address in the person's browser where there is one to open. */
import { spawn } from 'node:child_process'
import type { Environment } from '../config.ts'

/** The program that opens addresses here; undefined without a graphical session. Pure. */
export function opener(platform: NodeJS.Platform, env: Environment): string | undefined {
  if (platform === 'darwin') return 'open'
  if (platform === 'linux' && (env['DISPLAY'] || env['WAYLAND_DISPLAY'])) return 'xdg-open'
  return undefined
}

/** Never fails: the address was printed as well. */
export function openBrowser(url: string, env: Environment): void {
  const program = opener(process.platform, env)
  if (program === undefined) return
  spawn(program, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
