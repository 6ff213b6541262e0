/** Random mixtures of all that moves, colours, wraps and joins. */
import fc from 'fast-check'

const number = fc.oneof(fc.nat({ max: 14 }), fc.constantFrom('', 0, 1, 2, 40))
const sequence = (finals: string, most = 2) =>
  fc
    .tuple(fc.array(number, { maxLength: most }), fc.constantFrom(...finals))
    .map(([numbers, final]) => `\u001b[${numbers.join(';')}${final}`)
const style = fc
  .array(
    fc.oneof(
      fc.nat({ max: 110 }),
      fc.constantFrom('38;5;200', '48;5;17', '38;2;1;2;3', '48;2;250;0;9', '38;5', '48;2;7', '38;5;300', '38:5:7'),
    ),
  )
  .map((codes) => `\u001b[${codes.join(';')}m`)
const words = fc.string({ unit: fc.constantFrom(...'abc XYZ019~!'), maxLength: 30 })
const characters = fc.string({
  unit: fc.constantFrom(
    ...'e─●│é漢字한🙂👩',
    '\u0301',
    '\u200d',
    '\ufe0f',
    '\u00ad',
    '\u0600',
    '\ufeff',
    '\u200b',
    '\ue0b0',
  ),
  maxLength: 12,
})
const control = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\b',
  '\t',
  '\v',
  '\f',
  '\u0007',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u009b2K',
)
/** No more of them than the smallest screen has cells: from there on the mended xterm goes its own way. */
const repeats = fc.constantFrom('\u001b[b', '\u001b[1b', '\u001b[2b')
const switches = fc
  .constantFrom(
    ...['4h', '4l', '?7l', '?7h', '?6h', '?6l', '?45h', '?45l', '?1049h', '?1049l', '?47h', '?47l', '?2026h', '?2026l'],
    ...[
      '20h',
      '20l',
      '!p',
      '4:3m',
      '58;5;9m',
      '59m',
      '1"q',
      '0"q',
      '?J',
      '?K',
      '?2K',
      '>c',
      '=3;4x',
      '3 q',
      '0 @',
      '12\u0018',
    ],
    ...[
      '1\u000d;2H',
      '2\u007fK',
      '?25l',
      '38:2::1:2:3m',
      '1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24m',
    ],
  )
  .map((rest) => `\u001b[${rest}`)
const escapes = fc.constantFrom(
  ...[
    '\u001b7',
    '\u001b8',
    '\u001bM',
    '\u001bD',
    '\u001bE',
    '\u001bH',
    '\u001b(0',
    '\u001b(B',
    '\u001b)0',
    '\u000e',
    '\u000f',
  ],
  ...[
    '\u001b#8',
    '\u001bc',
    '\u001b]8;;http://x\u0007',
    '\u001b]8;;\u0007',
    '\u001b]0;t\u001b\\',
    '\u001bP$qm\u001b\\',
    '\u001b%G',
  ],
)
const text = fc
  .oneof(
    { weight: 5, arbitrary: words },
    { weight: 3, arbitrary: characters },
    { weight: 2, arbitrary: control },
    { weight: 3, arbitrary: sequence('HABCDGd') },
    { weight: 2, arbitrary: sequence('KJXPL@MST') },
    { weight: 1, arbitrary: repeats },
    { weight: 1, arbitrary: sequence('rgfaeIZEFZ') },
    { weight: 2, arbitrary: style },
    { weight: 1, arbitrary: switches },
    { weight: 1, arbitrary: escapes },
  )
  .map((part) => new TextEncoder().encode(part))
const odd = fc.constantFrom(
  [0xff],
  [0xe2, 0x82],
  [0x80],
  [0xc3],
  [0xf0, 0x9f],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0xe0, 0x80, 0xaf],
)
const part = fc.oneof(
  { weight: 30, arbitrary: text },
  { weight: 1, arbitrary: odd.map((bytes) => Uint8Array.from(bytes)) },
)
export const size = fc.record({ cols: fc.integer({ min: 2, max: 30 }), rows: fc.integer({ min: 1, max: 9 }) })
/** Some parts, where they are cut, and the size from then on. */
export const step = fc.record({ parts: fc.array(part, { maxLength: 25 }), cut: fc.nat(), size: fc.option(size) })
