/** Turns whatever was thrown while answering into a problem that may be shown. */
import { type Problem, WorkshopError } from '@workshop/contracts/errors'

/** The problem, and whether it is our own mistake, which is logged with its stack and shown without details. */
export function problemOf(error: unknown): { readonly problem: Problem; readonly isOurs: boolean } {
  if (error instanceof WorkshopError) {
    const [problem = { code: error.code, message: '' }] = error.problems
    const isOurs = problem.code.startsWith('WO-9') || problem.code === 'WO-4030'
    return { problem, isOurs }
  }
  const { statusCode, validation, message } = error as {
    statusCode?: number
    message?: string
    validation?: readonly { readonly instancePath: string; readonly message?: string }[]
  }
  const [first] = validation ?? []
  if (first)
    return {
      isOurs: false,
      problem: {
        code: 'WO-4009',
        where: first.instancePath.slice(1).replaceAll('/', '.') || 'body',
        message: first.message ?? 'has the wrong form',
      },
    }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return {
      isOurs: false,
      problem: { code: 'WO-4009', where: 'request', message: message ?? 'It has the wrong form' },
    }
  return { isOurs: true, problem: { code: 'WO-9099', message: 'Something went wrong here' } }
}
