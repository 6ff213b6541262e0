/** Files that make a home feel like one's own: git identity, prompt, and what an agent should know of the workshop. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Who and what a home is made for. */
export interface HomeOptions {
  /** The worker's folder for all homes; nobody else's business. */
  readonly root: string
  readonly sessionId: string
  readonly person: { readonly email: string; readonly displayName: string }
  readonly workshop: { readonly name: string; readonly title: string }
  /** Folder names under `skillsDir`. */
  readonly skills: readonly string[]
  readonly skillsDir: string
}

/** Writes what is missing into `home`; a file that exists is the participant's and stays. */
export async function writeHomeFiles(home: string, options: HomeOptions): Promise<void> {
  const files = {
    '.gitconfig': gitConfig(options.person),
    '.bashrc': bashrc(options.workshop.name),
    '.claude/CLAUDE.md': briefing(options),
  }
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, content, { flag: 'wx', mode: 0o600 }).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Commits carry the participant's name. */
export function gitConfig({ email, displayName }: HomeOptions['person']): string {
  return [
    '[user]',
    `\tname = ${quoted(displayName || email)}`,
    `\temail = ${quoted(email)}`,
    '[init]',
    '\tdefaultBranch = main',
    '[push]',
    '\tautoSetupRemote = true',
    '[advice]',
    '\tdetachedHead = false',
    '',
  ].join('\n')
}

/** A value of a git configuration file: quoted, on one line. */
function quoted(text: string): string {
  return `"${text.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, '\\$&')}"`
}

/** The prompt: `lakehouse-day on main as ada@example.com`, then `❯`. Inside the project the workshop's name stands for it. */
export function bashrc(workshop: string): string {
  return `# Yours to change.
case $- in *i*) ;; *) return ;; esac
HISTSIZE=10000
HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize
alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'

__place() {
  case $PWD in
    "$PROJECT") printf %s '${workshop}' ;;
    "$PROJECT"/*) printf %s '${workshop}'"\${PWD#"$PROJECT"}" ;;
    "$HOME") printf %s '~' ;;
    *) printf %s "$PWD" ;;
  esac
}
__branch() {
  local branch
  branch=$(git symbolic-ref --quiet --short HEAD 2>/dev/null) && printf '\\001\\e[0;90m\\002 on \\001\\e[0;35m\\002%s' "$branch"
}
PS1='\\n\\[\\e[36m\\]$(__place)$(__branch)\\[\\e[0;90m\\] as $WORKSHOP_PARTICIPANT\\[\\e[0m\\]\\n\\[\\e[32m\\]❯\\[\\e[0m\\] '
`
}

/** What an agent should know before the first prompt; short, because it is sent with every request. */
export function briefing({ person, workshop, skills }: HomeOptions): string {
  return `# ${workshop.title}

You work with ${person.email} in a hands-on workshop on Databricks. People here learn by watching you: say in a sentence
what you are about to do, keep steps small, and show the result.

- The project is \`~/project\`, a git repository. Commit after every step that works.
- \`DATABRICKS_HOST\` and \`DATABRICKS_TOKEN\` are set, so Databricks SDKs act as this participant without configuration.
  The host is a gateway on this machine; in links for people use the workspace's own address. Never print the token.
- Open are: workspace files, apps, jobs, pipelines, SQL, Unity Catalog and model serving. Secrets, tokens and grants
  are not; ask the facilitator for those.
- Put the participant's name into what you create (\`${resourcePrefix(person.email)}-…\`), because everybody shares one workspace.
${skills.length === 0 ? '' : `- Read the fitting skill before you start: ${skills.join(', ')}.\n`}`
}

/** `ada.l@example.com` → `ada-l`: fit for names of apps and pipelines. */
function resourcePrefix(email: string): string {
  const local = email.toLowerCase().split('@')[0] ?? ''
  return (
    local
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 20) || 'me'
  )
}
