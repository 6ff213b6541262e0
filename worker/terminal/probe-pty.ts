/** Tries a terminal before anything depends on it: `npm start` asks here whether sessions can open on this machine. */
import { WorkshopError } from '@workshop/contracts/errors'
import { spawnPty } from './pty.ts'
import { loadPty } from './pty-native.ts'

const withinMs = 5_000
const word = 'terminal-works'

/** Opens a terminal, runs a shell in it and reads what it prints. Gives the path of the native part, or throws WO-9003. */
export async function probePty(): Promise<string> {
  const { path } = loadPty()
  const output = await new Promise<string>((resolve, reject) => {
    let text = ''
    const launch = { file: '/bin/sh', args: ['-c', `printf ${word}`], env: {}, cwd: '/' }
    const pty = spawnPty(
      launch,
      { cols: 80, rows: 24 },
      {
        data: (chunk) => {
          text += chunk.toString()
        },
        exit: () => {
          clearTimeout(timer)
          resolve(text)
        },
        progress: () => {},
      },
    )
    const timer = setTimeout(() => {
      pty.kill('SIGKILL')
      reject(broken(`a shell on ${path} did not end within ${withinMs / 1_000} s`))
    }, withinMs)
  })
  if (!output.includes(word)) throw broken(`a shell on ${path} printed ${JSON.stringify(output.slice(0, 200))}`)
  return path
}

function broken(what: string): WorkshopError {
  return new WorkshopError({ code: 'WO-9003', message: `Terminals cannot be opened: ${what}.` })
}
