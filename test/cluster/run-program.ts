/** Runs a program to its end: kubectl and Helm of a test. */
import { spawn } from 'node:child_process'

export interface ProgramResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv
  /** Its standard input; else that ends at once. */
  readonly input?: string | undefined
  /** After so many ms it is told to end. */
  readonly timeout?: number
}

/** Code 1 for one that a signal ended. Rejects for a program that is not there. */
export function runProgram(
  program: string,
  args: readonly string[],
  { input = '', ...options }: RunOptions,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, out, err }))
    child.stdin.end(input)
  })
}
