import { describe, expect, it } from 'vitest'
import { readLog, recorded, secrets } from './logs.ts'
import { replayTyping } from './replay.ts'

describe('real programs, typed into from 100 ms away', () => {
  it.for(recorded)('%s shows 95 of 100 characters within a frame, leaves none wrong and no secret', async (program) => {
    const { typed, early, wrong, wrongLeft, secret } = await replayTyping(readLog(program), 100, secrets)
    expect(typed).toBeGreaterThan(180)
    expect(early / typed).toBeGreaterThanOrEqual(0.95)
    expect(wrong / typed).toBeLessThanOrEqual(0.009)
    expect({ wrongLeft, secret }).toEqual({ wrongLeft: 0, secret: 0 })
  })

  it.for([40, 250])('bash stays right at %i ms', async (delayMs) => {
    const { typed, early, wrongLeft, secret } = await replayTyping(readLog('bash'), delayMs, secrets)
    expect(early / typed).toBeGreaterThanOrEqual(0.9)
    expect({ wrongLeft, secret }).toEqual({ wrongLeft: 0, secret: 0 })
  })
})
