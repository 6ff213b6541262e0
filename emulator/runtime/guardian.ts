/**
 * Takes down what the emulator leaves behind when it is killed and can do nothing any more: a shell that waits for the
 * end of a pipe which only the emulator holds. Linux; elsewhere killed emulators leave their apps running.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Every app has its HOME below the folder of apps, and so has everything it starts unless that hides; sessions in
 * bubblewrap end with their worker. Three rounds, because processes start others while we look.
 */
const script = `
read -r word && exit
for round in 1 2 3; do
  for process in /proc/[0-9]*; do
    if tr '\\0' '\\n' < "$process/environ" 2>/dev/null | grep -q "^HOME=$1/apps/"; then kill -9 "\${process#/proc/}"; fi
  done 2>/dev/null
  sleep 0.2
done
[ -z "$2" ] || rm -rf "$2"`

/** Resolves once it watches. The returned function sends it home; call it when all apps are down. */
export async function guardApps(stateDir: string, options: { readonly removeFolder: boolean }): Promise<() => void> {
  if (process.platform !== 'linux') return () => undefined
  const child = spawn('/bin/sh', ['-c', script, 'sh', stateDir, options.removeFolder ? stateDir : ''], {
    // Its own group: whoever ends ours must not end it as well.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  })
  child.stdin.on('error', () => undefined)
  const started = await once(child, 'spawn').then(
    () => true,
    () => false,
  )
  child.unref()
  return () => {
    if (started) child.stdin.end('done\n')
  }
}
