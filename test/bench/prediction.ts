/**
 * How much of what is typed stands on the screen within one frame although the worker is 100 ms away: recordings of real
 * programs against the console's predictor, on a virtual clock.
 */
import { type Figure, figure } from './figure.ts'
import { readLog, recorded, secrets } from './typing/logs.ts'
import { replayTyping } from './typing/replay.ts'

const delayMs = 100
const none = { on: 'ours', at: 'most', value: 0 } as const

export async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const program of recorded) {
    const { typed, early, wrong, wrongLeft, secret } = await replayTyping(readLog(program), delayMs, secrets)
    const share = (count: number) => (100 * count) / typed
    figures.push(
      figure(`${program}: typed and seen within a frame`, '%', share(early), null, {
        on: 'ours',
        at: 'least',
        value: 95,
      }),
      figure(`${program}: shown wrongly and repaired`, '%', share(wrong), null, { on: 'ours', at: 'most', value: 0.9 }),
      figure(`${program}: wrong for longer than 300 ms`, 'characters', wrongLeft, null, none),
      figure(`${program}: shown of passwords`, 'characters', secret, null, none),
    )
  }
  return figures
}
