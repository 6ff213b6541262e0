/** What is recorded: how each program is started without a question, and what is typed at it. */
import { claudeEnvironment, claudeSettings, claudeState } from '../../worker/agents/claude-settings.ts'
import type { Step } from './play.ts'

export interface Program {
  readonly argv: readonly string[]
  readonly version: readonly string[]
  readonly env?: (modelUrl: string) => Readonly<Record<string, string>>
  /** Files of the home beside the project. */
  readonly files?: (modelUrl: string) => Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

const packages = '/opt/agents/node_modules'
const key = 'session-key'
const esc = '\u001b'
const home = '/home/user'

/** What a person does with any of the agents. `ready` shows the prompt; `asks` shows the question before a command. */
/** Needs leave even where edits are accepted. */
const asked = 'run `node --eval "for (let i = 0; i < 40; i++) console.log(i)"`'

function conversation(ready: RegExp, asks: RegExp | undefined, submit = '\r'): Step[] {
  const say = (text: string, sees: RegExp): Step[] => [
    { keys: text, quietMs: 200 },
    { keys: submit, sees, quietMs: 600 },
  ]
  return [
    { sees: ready, quietMs: 800 },
    ...say('Explain what this project does, wörtlich 漢字', /Nothing of this was run/),
    ...(asks === undefined
      ? say('run `seq 1 40; ls -l`', /Done|40/)
      : [...say(asked, asks), { keys: '\r', quietMs: 1_500 }]),
    { size: [80, 30], quietMs: 800 },
    ...say('count to sixty', /sixty/),
    { size: [120, 40], quietMs: 800 },
    { keys: '/', quietMs: 500 },
    { keys: esc, quietMs: 500 },
    { keys: '\u0015', quietMs: 300 },
    ...say('Explain it once more', /Nothing of this was run/),
  ]
}

function claude(settings: object): Program {
  const binary = `${packages}/@anthropic-ai/claude-code-linux-x64/claude`
  return {
    argv: [binary, '--session-id', '11111111-2222-4333-8444-555555555555'],
    version: [binary, '--version'],
    env: (url) => {
      const models = { claude: 'databricks-claude-sonnet-4-6' }
      const gateway = { url, key }
      const person = { email: 'user@example.com', displayName: 'user' }
      return claudeEnvironment({ sessionId: 's', person, home, project: `${home}/project`, gateway, models })
    },
    files: () => ({
      '.claude.json': JSON.stringify(claudeState([`${home}/project`])),
      '.claude/settings.json': JSON.stringify(settings),
    }),
    steps: conversation(/❯|>\s/, /Do you want to proceed/),
  }
}

const codexBinary = `${packages}/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex`
const codex: Program = {
  argv: [codexBinary],
  version: [codexBinary, '--version'],
  env: () => ({ WORKSHOP_KEY: key }),
  files: (url) => ({
    '.codex/config.toml': `model = "databricks-gpt-5-4"
model_provider = "gw"
web_search = "disabled"
check_for_update_on_startup = false
approval_policy = "never"
sandbox_mode = "danger-full-access"
[model_providers.gw]
name = "workshop"
base_url = "${url}/openai/v1"
env_key = "WORKSHOP_KEY"
wire_api = "responses"
[projects."${home}/project"]
trust_level = "trusted"
[analytics]
enabled = false
[tui]
alternate_screen = "never"
[features]
daemon_auto_start = false
`,
  }),
  steps: conversation(/›/, undefined),
}

const geminiEntry = `${packages}/@google/gemini-cli/bundle/gemini.js`
const gemini: Program = {
  argv: ['/opt/node/bin/node', geminiEntry],
  version: ['/opt/node/bin/node', geminiEntry, '--version'],
  env: (url) => ({
    GEMINI_API_KEY: key,
    GOOGLE_GEMINI_BASE_URL: `${url}/gemini`,
    GEMINI_API_KEY_AUTH_MECHANISM: 'bearer',
    GEMINI_CLI_NO_RELAUNCH: 'true',
  }),
  files: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      model: { name: 'databricks-gemini-3-flash' },
    }),
  }),
  steps: conversation(/Type your message/, /Allow/),
}

const opencodeBinary = '/opt/agents/node_modules/opencode-linux-x64/bin/opencode'
const opencode: Program = {
  argv: [opencodeBinary],
  version: [opencodeBinary, '--version'],
  env: () => ({ WORKSHOP_KEY: key, OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
  files: (url) => ({
    '.config/opencode/opencode.json': JSON.stringify({
      autoupdate: false,
      share: 'disabled',
      enabled_providers: ['workshop'],
      provider: {
        workshop: {
          npm: '@ai-sdk/anthropic',
          name: 'workshop',
          options: { baseURL: `${url}/anthropic/v1`, apiKey: '{env:WORKSHOP_KEY}' },
          models: { 'databricks-claude-sonnet-4-6': { name: 'Sonnet' } },
        },
      },
      model: 'workshop/databricks-claude-sonnet-4-6',
      small_model: 'workshop/databricks-claude-sonnet-4-6',
    }),
  }),
  steps: conversation(/Ask anything|Build/, undefined),
}

const pages = ['\u0006', '\u0006', '\u0004', '\u0002', 'G', 'gg']
const vim: Program = {
  argv: [
    'vim',
    '-u',
    'NONE',
    '-N',
    '-n',
    '-c',
    'syntax on',
    '-c',
    'set number mouse=a hlsearch incsearch',
    'rooms.json',
  ],
  version: ['vim', '--version'],
  steps: [
    { sees: /rooms/, quietMs: 300 },
    ...pages.map((keys) => ({ keys, quietMs: 120 })),
    ...['/seat\r', 'n', 'n', 'vjjj', esc, 'iHello wörld 漢字 🙂', esc].map((keys) => ({ keys, quietMs: 120 })),
    ...[':split\r', ':vsplit\r', '\u0017w', '\u0006', ':set nowrap\r', '30|', 'zl', 'dd', 'u'].map((keys) => ({
      keys,
      quietMs: 120,
    })),
    { size: [90, 30], quietMs: 300 },
    ...pages.map((keys) => ({ keys, quietMs: 120 })),
    { size: [120, 40], quietMs: 300 },
    ...[':only\r', ':!seq 1 60\r', '\r', ':set number!\r', 'ggVGgU', ':q!\r'].map((keys) => ({ keys, quietMs: 200 })),
  ],
}

const less: Program = {
  argv: ['less', '-R', 'rooms.json'],
  version: ['less', '--version'],
  steps: [
    { sees: /rooms/, quietMs: 300 },
    ...Array.from({ length: 24 }, (_, i) => ({
      keys: i % 3 === 0 ? '/seat\r' : i % 3 === 1 ? ' ' : 'b',
      quietMs: 100,
    })),
    { size: [80, 24], quietMs: 300 },
    ...['G', 'g', 'jjjj', '-S', '\r', '\u001b[C', '\u001b[D', 'h', 'q', 'q'].map((keys) => ({ keys, quietMs: 100 })),
  ],
}

const htop: Program = {
  argv: [
    'bash',
    '-c',
    '(while sleep 0.2; do seq 1 20000 >/dev/null; done) & for i in 1 2 3 4 5 6; do sleep 6$i & done; exec htop -d 3',
  ],
  version: ['htop', '--version'],
  steps: [
    { sees: /Load average/, quietMs: 300 },
    ...['\u001b[B', '\u001b[B', 't', '', 'H', '/', 'sleep', '\r', 'F', ''].map((keys) => ({ keys, quietMs: 90 })),
    { size: [90, 30], quietMs: 120 },
    ...['\u001bOQ', '\u001b[B', '\u001b[B', esc, '\u001bOP', '', ' ', 'I'].map((keys) => ({ keys, quietMs: 90 })),
    { size: [120, 40], quietMs: 200 },
    { keys: 'q', quietMs: 200 },
  ],
}

const prefix = '\u0002'
const tmux: Program = {
  argv: ['tmux', '-f', '/dev/null', 'new-session', 'bash --norc'],
  version: ['tmux', '-V'],
  steps: [
    { sees: /bash/, quietMs: 300 },
    { keys: 'ls --color=always /usr/bin | head -120\r', quietMs: 400 },
    { keys: `${prefix}%`, quietMs: 300 },
    { keys: 'top -d 0.4\r', sees: /PID/, quietMs: 150 },
    { keys: `${prefix}o`, quietMs: 150 },
    { keys: 'clear; seq 1 300\r', quietMs: 150 },
    { keys: `${prefix}"`, quietMs: 150 },
    { keys: 'vim -u NONE -N -n rooms.json\r', sees: /rooms/, quietMs: 200 },
    { keys: '\u0006\u0006', quietMs: 150 },
    { size: [90, 30], quietMs: 200 },
    { keys: `${prefix}[`, quietMs: 150 },
    { keys: '\u001b[5~\u001b[5~q', quietMs: 150 },
    { keys: `${prefix}z`, quietMs: 150 },
    { size: [120, 40], quietMs: 200 },
    { keys: `${prefix}z`, quietMs: 200 },
    { keys: ':q!\r', quietMs: 200 },
    { keys: 'printf "\\033[31m漢字 wörld 🙂\\033[0m\\n%.0s" {1..50}\r', quietMs: 300 },
    { keys: `${prefix}d`, quietMs: 300 },
  ],
}

export const programs: Readonly<Record<string, Program>> = {
  claude: claude(claudeSettings),
  'claude-fullscreen': claude({ ...claudeSettings, tui: 'fullscreen' }),
  ...{ codex, gemini, opencode, vim, less, htop, tmux },
}

const room = (i: number) => ({
  name: `room ${i} ${'漢字'.repeat(i % 5)}`,
  seats: i % 13,
  taken: i % 7,
  note: 'a '.repeat(i % 90),
})

/** The project in which all of them work. */
export const project: Readonly<Record<string, string>> = {
  'project/README.md': '# Rooms\n\nWho sits where.\n',
  'project/rooms.json': `${JSON.stringify({ rooms: Array.from({ length: 300 }, (_, i) => room(i)) }, null, 2)}\n`,
}
