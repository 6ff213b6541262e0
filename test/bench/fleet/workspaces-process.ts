/** Starts workspaces.ts and talks to it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Counts, Request, WorkspacesOrder } from './workspaces.ts'

const program = fileURLToPath(new URL('./workspaces.ts', import.meta.url))

export class WorkspacesProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  #id = 0

  constructor() {
    this.#child = fork(program, { stdio: 'inherit' })
    this.#child.on('message', ({ id, result, error }: { id: number; result?: never; error?: string }) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result as never)
      else waiting?.reject(new Error(error))
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the workspaces ended'))
    })
  }

  /** Answers their addresses. */
  open(order: WorkspacesOrder): Promise<readonly string[]> {
    return this.#ask({ do: 'open', order })
  }

  readonly advanceTo = (at: number): Promise<void> => this.#ask({ do: 'advance', at })

  /** What was asked of them since the last count. */
  count(): Promise<Counts> {
    return this.#ask({ do: 'count' })
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'exit')
    await this.#ask({ do: 'close' })
    await gone
  }

  #ask<T>(request: Request): Promise<T> {
    const id = this.#id++
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: never) => void, reject })
      this.#child.send({ id, request })
    })
  }
}
