/** The git program as a child that can neither ask anybody nor read our secrets, and that ends when told. */
import { spawn } from 'node:child_process'
import { type ErrorCode, WorkshopError } from '@workshop/contracts/errors'

export interface RunGit {
  /** Bare repository that the command works in; undefined for commands that need none. */
  readonly gitDir?: string
  readonly args: readonly string[]
  readonly input?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** The process's environment; only what git needs is handed on. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** More standard output than this ends the command. */
  readonly maxBytes?: number
}

export interface GitOutcome {
  readonly code: number
  readonly stdout: Buffer
  /** The line that says why, cut to a sentence; never a credential, as addresses carry none. */
  readonly reason: string
}

/** What git and its ssh and credential helpers may see. Databricks credentials are not among them. */
const handedOn =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_ASKPASS|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_\w+|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|GNUPGHOME|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR))$/i

/** Settings of a user or a server that must not change what a fetch does. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'credential.interactive=never',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.allow=never',
  'protocol.https.allow=always',
  'protocol.http.allow=always',
  'protocol.ssh.allow=always',
  'protocol.file.allow=always',
]
/** Answers of git are listings; file contents are bounded by what the snapshot may hold. */
const defaultMaxBytes = 32_000_000
/** SIGTERM lets git remove its lock files. */
const killAfterMs = 2_000

/** Runs one command. Throws WO-9005 without git, and `timeoutCode` when it takes too long; any exit code is an answer. */
export function runGit(command: RunGit, timeoutCode: ErrorCode = 'WO-1170'): Promise<GitOutcome> {
  const { gitDir, args, input, timeoutMs, signal, env, maxBytes = defaultMaxBytes } = command
  const where = `git ${args.find((arg) => !arg.startsWith('-')) ?? ''}`
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...settings.flatMap((each) => ['-c', each]), ...args], {
      env: { ...environmentFor(env), ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }) },
      stdio: ['pipe', 'pipe', 'pipe'],
      // ssh and remote helpers are its children: all of them end with it.
      detached: true,
    })
    const stdout: Buffer[] = []
    let stderr = ''
    let bytes = 0
    let failure: WorkshopError | undefined
    let killTimer: NodeJS.Timeout | undefined
    const end = (message: string, code: ErrorCode) => {
      failure ??= new WorkshopError({ code, message, where })
      killGroup(child.pid, 'SIGTERM')
      killTimer ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), killAfterMs)
    }
    const timer = setTimeout(() => end(`git did not answer within ${timeoutMs / 1_000} s`, timeoutCode), timeoutMs)
    const onAbort = () => end('stopped', timeoutCode)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) end(`git answered more than ${maxBytes} bytes`, timeoutCode)
      else stdout.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8_000)
    })
    // A child that ends early closes its input; its exit code says why.
    child.stdin.on('error', () => undefined).end(input ?? '')
    child.once('error', (cause) => {
      const problem = { code: 'WO-9005', message: 'git cannot be started', where: 'git', fix: 'install git' } as const
      failure ??= new WorkshopError(problem, { cause })
      finish(-1)
    })
    child.once('close', (code) => finish(code ?? -1))
    const finish = (code: number) => {
      clearTimeout(timer)
      clearTimeout(killTimer)
      signal?.removeEventListener('abort', onAbort)
      if (failure) reject(failure)
      else resolve({ code, stdout: Buffer.concat(stdout), reason: reasonOf(stderr) })
    }
  })
}

function environmentFor(env: RunGit['env']): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => handedOn.test(name) && value !== undefined)
  return {
    // Asks nobody, trusts no host key that it does not know, and gives up on a silent server.
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    ...(Object.fromEntries(kept) as Record<string, string>),
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone already.
  }
}

/** The last line that git calls fatal or an error; servers may add much around it. */
function reasonOf(stderr: string): string {
  const lines = stderr
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .split('\n')
    .map((line) => line.trim())
  const at = lines.findLastIndex((each) => /^(fatal|error):/.test(each))
  // What ssh says stands before git's own word, which then says nothing.
  const isOfSsh = at > 0 && lines[at] === 'fatal: Could not read from remote repository.'
  const line = lines[isOfSsh ? at - 1 : at] || (lines.findLast((each) => each !== '') ?? '')
  return line.replace(/^(fatal|error): /, '').slice(0, 300)
}
