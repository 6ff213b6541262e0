import { describe, expect, it } from 'vitest'
import { TitleWatch } from './title.ts'

describe('a title', () => {
  it.for([
    ['is read from OSC 0', ['x\u001b]0;hello\u0007y'], 'hello'],
    ['is read from OSC 2 with ST', ['\u001b]2;hello\u001b\\'], 'hello'],
    ['is read across chunks', ['\u001b', ']0;he', 'llo\u0007'], 'hello'],
    ['is the last of several', ['\u001b]0;a\u0007\u001b]0;b\u0007'], 'b'],
    ['holds no controls and no turned text', ['\u001b]0;a\u0001b\u202ec\u0007'], 'abc'],
    ['has no sign of an agent in front', ['\u001b]0;\u2733 Claude Code\u0007'], 'Claude Code'],
    ['may be a path', ['\u001b]0;~/project\u0007'], '~/project'],
    ['is cut', [`\u001b]0;${'x'.repeat(1_000)}\u0007`], 'x'.repeat(256)],
    ['is not an icon name or a link', ['\u001b]1;icon\u0007\u001b]8;;http://x\u0007'], undefined],
    ['without an end is given up', ['\u001b]0;', 'x'.repeat(9_000), 'y\u0007'], undefined],
  ] as const)('%s', ([, chunks, expected]) => {
    const watch = new TitleWatch()
    let title: string | undefined
    for (const chunk of chunks) title = watch.scan(Buffer.from(chunk)) ?? title
    expect(title).toBe(expected)
  })
})
