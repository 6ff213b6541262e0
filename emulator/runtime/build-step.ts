/** Runs one installing or building command of a deployment to its end. */

import { spawn } from 'node:child_process'
import { DeploymentError } from './app-config.ts'
import { endFamily } from './process-family.ts'

export interface BuildStep {
  /** How a failure names it: `npm install`. */
  readonly title: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Gets raw output, and undefined at the end. */
  readonly output: (chunk: string | undefined) => void
  readonly signal: AbortSignal
}

/** @throws DeploymentError with the last lines of output when the command fails, cannot be started or is cancelled */
export async function runBuildStep(step: BuildStep): Promise<void> {
  const [file = '', ...args] = step.command
  let tail = ''
  const exit = await new Promise<number | string>((resolve) => {
    const child = spawn(file, args, { cwd: step.cwd, env: step.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const cancel = () => child.pid !== undefined && void endFamily(child.pid, step.cwd, 2000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        tail = (tail + chunk).slice(-2000)
        step.output(chunk)
      })
    }
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
    step.signal.addEventListener('abort', cancel)
    child.on('close', () => step.signal.removeEventListener('abort', cancel))
    if (step.signal.aborted) cancel()
  })
  step.output(undefined)
  if (step.signal.aborted) throw new DeploymentError('The deployment was cancelled')
  if (exit !== 0) throw new DeploymentError(`${step.title} failed (${exit}): ${lastLines(tail)}`)
}

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-6).join(' | ').slice(-800)
}
