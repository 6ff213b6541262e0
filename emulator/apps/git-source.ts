/** Fetches one ref of a git repository with the machine's own git. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { invalid } from '../http/api-error.ts'
import { type Fields, optionalText } from '../http/call.ts'

const run = promisify(execFile)

/** Exactly one of branch, tag and commit. */
export interface GitRef {
  readonly kind: 'branch' | 'tag' | 'commit'
  readonly name: string
}

/** What was fetched: the commit and every file below the sub-folder, by relative path. */
export interface GitCheckout {
  readonly commit: string
  readonly files: ReadonlyMap<string, Buffer>
}

const fetchLimitMs = 120_000

/** Reads a git_source. Throws for none or several refs and for refs that git would take as options. */
export function readRef(source: Fields): GitRef {
  const refs = (['branch', 'tag', 'commit'] as const).flatMap((kind) => {
    const name = optionalText(source, kind)
    return name === undefined || name === '' ? [] : [{ kind, name }]
  })
  const ref = refs[0]
  if (!ref) throw invalid('Git source reference is required')
  if (refs.length > 1) throw invalid('Exactly one of branch, tag and commit may be given in git_source.')
  if (ref.name.startsWith('-') || /\s/.test(ref.name)) throw invalid(`Git reference ${ref.name} is not valid.`)
  return ref
}

/** Throws unless the address may be cloned from: https, http on loopback, and local paths for those who are trusted. */
export function checkRepositoryUrl(url: string, mayReadDisk: boolean): void {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw invalid(`Git repository URL ${url} is not valid.`)
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
  const allowed =
    parsed.protocol === 'https:' ||
    (parsed.protocol === 'http:' && loopback) ||
    (parsed.protocol === 'file:' && mayReadDisk)
  if (!allowed) throw invalid(`Git repository URL ${url} cannot be used here.`)
}

/** Fetches a ref into a passing folder under `workDir` and reads it. Rejects with git's last line. */
export async function fetchSource(options: {
  readonly url: string
  readonly ref: GitRef
  readonly subFolder?: string
  readonly workDir: string
  readonly token?: { readonly username: string; readonly password: string }
}): Promise<GitCheckout> {
  const folder = await mkdtemp(join(options.workDir, 'clone-'))
  const git = (...args: readonly string[]) => runGit(folder, args, options.token)
  try {
    await git('init', '--quiet')
    await fetchRef(git, options.url, options.ref)
    const commit = (await git('rev-parse', 'FETCH_HEAD^{commit}')).trim()
    await git('checkout', '--quiet', '--detach', commit)
    return { commit, files: await readAll(join(folder, safeSubFolder(options.subFolder))) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Git = (...args: readonly string[]) => Promise<string>

/** A server may refuse to hand out a single commit; then every branch and tag is fetched and the commit is looked for. */
async function fetchRef(git: Git, url: string, ref: GitRef): Promise<void> {
  const name = { branch: `refs/heads/${ref.name}`, tag: `refs/tags/${ref.name}`, commit: ref.name }[ref.kind]
  try {
    await git('fetch', '--quiet', '--depth=1', url, name)
  } catch (error) {
    if (ref.kind !== 'commit') throw error
    await git('fetch', '--quiet', url, '+refs/heads/*:refs/heads-seen/*', '+refs/tags/*:refs/tags-seen/*')
    await git('fetch', '--quiet', '.', `${(await git('rev-parse', '--verify', `${ref.name}^{commit}`)).trim()}`)
  }
}

async function runGit(
  cwd: string,
  args: readonly string[],
  token: { readonly username: string; readonly password: string } | undefined,
): Promise<string> {
  const header = token && Buffer.from(`${token.username}:${token.password}`).toString('base64')
  try {
    const { stdout } = await run('git', [...args], {
      cwd,
      timeout: fetchLimitMs,
      env: {
        PATH: process.env['PATH'],
        HOME: cwd,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        // Credentials travel in the environment: arguments are readable by every process of the machine.
        ...(header === undefined
          ? {}
          : {
              GIT_CONFIG_COUNT: '1',
              GIT_CONFIG_KEY_0: 'http.extraHeader',
              GIT_CONFIG_VALUE_0: `Authorization: Basic ${header}`,
            }),
      },
    })
    return stdout
  } catch (error) {
    const words = String((error as { stderr?: unknown }).stderr ?? error).trim()
    throw new Error(`Failed to fetch the git source: ${words.split('\n').at(-1) ?? ''}`, { cause: error })
  }
}

function safeSubFolder(subFolder: string | undefined): string {
  const segments = (subFolder ?? '').split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) throw new Error('source_code_path must stay inside the repository.')
  return segments.join('/')
}

async function readAll(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error('source_code_path is not a folder of the repository.')
  })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1)
    if (entry.isFile() && !path.startsWith('.git/')) files.set(path, await readFile(join(folder, path)))
  }
  return files
}
