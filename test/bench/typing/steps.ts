/** What is typed into each program when it is recorded. */

/** Keys one after the other, `gapMs` apart on average; a person looks at the screen before each step. */
export interface Step {
  readonly keys: readonly string[]
  readonly gapMs?: number
}

const left = '\u001b[D'
const right = '\u001b[C'
const up = '\u001b[A'
const back = '\u007f'
const enter = '\r'

const type = (text: string, ...after: readonly string[]): Step => ({ keys: [...text, ...after] })
const fast = (text: string, ...after: readonly string[]): Step => ({ ...type(text, ...after), gapMs: 45 })
const times = (count: number, key: string): readonly string[] => Array.from({ length: count }, () => key)

const shell: readonly Step[] = [
  type('ls -la --color=auto', enter),
  type('echo the quick brown fox jumps', enter),
  fast('git log --oneline --graph --decorate', enter),
  type('echo mispeled', ...times(5, back), ...'spelled words', enter),
  type('cat notes/shoping-lis', ...times(4, left), ...'XY', back, back, ...times(4, right), 't', enter),
  type('for i in 1 2 3; do echo $i; done', enter),
  { keys: [up] },
  type(' | head -2', enter),
  type('ech', '\t', ...' tab', enter),
  type('mkdir -p src/tables && cd src/tables', enter),
  type('printf "%s\\n" über straße', enter),
  fast('find . -name "*.sql" -print0 | xargs -0 wc -l', enter),
]

export const steps: Readonly<Record<string, readonly Step[]>> = {
  bash: [
    ...shell,
    type('read -s -p "Password: " secret', enter),
    type('hunter2!', enter),
    type('cat > notes.txt', enter),
    type('first line of the notes', enter),
    type('second line', ...times(4, back), ...'sentence', enter),
    { keys: ['\u0004'] },
    type('echo done', enter),
    type(`python3 -c "import getpass; getpass.getpass()"`, enter),
    type('correct horse', enter),
    type('echo and back again', enter),
  ],
  zsh: [...shell, type('read -s secret', enter), type('hunter2!', enter), type('echo and back again', enter)],
  python: [
    type('import math, os', enter),
    type('numbers = [1, 2, 3, 5, 8, 13]', enter),
    type('sum(n * n for n in numbers)', enter),
    fast('print("hello from the workshop")', enter),
    type('math.sqr', ...times(3, back), ...'sqrt(1764)', enter),
    type('for n in numbers:', enter),
    type('    print(n, n % 2)', enter),
    { keys: [enter] },
    type('name = input("Your name: ")', enter),
    type('Ada Lovelace', enter),
    type('import getpass; getpass.getpass()', enter),
    type('sesame opens', enter),
    type('len(name)', enter),
  ],
  claude: [
    type('create a file notes.md with three lines'),
    { keys: times(11, back), gapMs: 70 },
    type('five lines about tables'),
    { keys: times(44, back), gapMs: 35 },
    fast('build the silver table from bronze, then show me the row counts of both of them'),
    { keys: times(12, left), gapMs: 60 },
    type('very '),
    { keys: ['\u0003'] },
    type('what does this repository do'),
    { keys: ['\u0003'] },
    type('/help'),
    { keys: ['\u001b'] },
    { keys: ['\u0003'] },
    type('run the tests and fix what fails'),
  ],
}
