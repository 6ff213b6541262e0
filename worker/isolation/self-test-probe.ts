/**
 * The program that the self-test runs as session A: it tries to reach the worker and session B, and prints what it
 * managed to do as JSON. Kept as text, because the deployed worker is one file and sessions do not see it.
 */

/** What the probe is told; process ids and paths are those outside. */
export interface ProbeTargets {
  readonly workerFile: string
  readonly workerFolder: string
  readonly workerPid: number
  readonly workerSecret: string
  readonly otherFile: string
  readonly otherHome: string
  readonly otherTmp: string
  readonly otherPid: number
  readonly otherSecret: string
  /** Backwards, or the probe would find its own command line. */
  readonly otherArgument: string
  readonly sharedTemp: string
  readonly sharedMemory: string
}

/** The names of the attempts; the probe has one for each. */
export const attempts = [
  'write in the own home',
  'read a file of the worker',
  'list the folder of the worker',
  'read a file of another session',
  'write into the home of another session',
  'write into the temp folder of another session',
  'read the environment of the worker',
  'read the environment of another session',
  'see the command line of another session',
  'list the open files of the worker',
  'open the memory of the worker',
  'open the memory of another session',
  'write into the shared temp folder',
  'write into shared memory',
  'stop another session',
  'lower the priority of another session',
  'stop the worker',
] as const

export type Attempt = (typeof attempts)[number]

/** `node -e <this> <targets as JSON>` */
export const probeProgram = `
const fs = require('node:fs'), os = require('node:os'), path = require('node:path')
const t = JSON.parse(process.argv[1])
const anyProcess = (file, text) => {
  for (const id of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && name !== String(process.pid))) {
    try { if (fs.readFileSync('/proc/' + id + '/' + file, 'latin1').includes(text)) return } catch {}
  }
  throw new Error('not found')
}
const memory = (pid) => {
  const fd = fs.openSync('/proc/' + pid + '/mem', 'r')
  const at = fs.readFileSync('/proc/' + pid + '/maps', 'latin1').split('-')[0]
  if (fs.readSync(fd, Buffer.alloc(1), 0, 1, BigInt('0x' + at)) !== 1) throw new Error('nothing read')
}
const write = (folder) => fs.writeFileSync(path.join(folder, 'probe'), 'x')
const tries = {
  'write in the own home': () => write(os.homedir()),
  'read a file of the worker': () => fs.readFileSync(t.workerFile),
  'list the folder of the worker': () => { if (!fs.readdirSync(t.workerFolder).includes(path.basename(t.workerFile))) throw 0 },
  'read a file of another session': () => fs.readFileSync(t.otherFile),
  'write into the home of another session': () => write(t.otherHome),
  'write into the temp folder of another session': () => write(t.otherTmp),
  'read the environment of the worker': () => anyProcess('environ', t.workerSecret),
  'read the environment of another session': () => anyProcess('environ', t.otherSecret),
  'see the command line of another session': () => anyProcess('cmdline', [...t.otherArgument].reverse().join('')),
  'list the open files of the worker': () => fs.readlinkSync('/proc/' + t.workerPid + '/fd/0'),
  'open the memory of the worker': () => memory(t.workerPid),
  'open the memory of another session': () => memory(t.otherPid),
  'write into the shared temp folder': () => fs.writeFileSync(t.sharedTemp, 'x'),
  'write into shared memory': () => fs.writeFileSync(t.sharedMemory, 'x'),
  'lower the priority of another session': () => os.setPriority(t.otherPid, 19),
  'stop another session': () => process.kill(t.otherPid, 'SIGKILL'),
  'stop the worker': () => process.kill(t.workerPid, 'SIGKILL'),
}
const done = {}
for (const [name, attempt] of Object.entries(tries)) {
  try { attempt(); done[name] = true } catch { done[name] = false }
}
console.log(JSON.stringify(done))
`
