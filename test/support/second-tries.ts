/** Names the tests that passed at their second try only, at the end of a run: one that needs it is to be mended, not lived with. */
import type { Reporter } from 'vitest/node'

export const secondTries: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('passed')) {
        if (!test.diagnostic()?.flaky) continue
        const why = test.result().errors?.[0]?.message.split('\n')[0] ?? ''
        console.error(`passed at the second try only: ${module.relativeModuleId} > ${test.fullName}: ${why}`)
      }
    }
  },
}
