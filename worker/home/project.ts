/** The person's project folder, a git repository from its first moment. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const ignored = ['.venv/', '__pycache__/', 'node_modules/', '.databricks/', '.env', '.claude/settings.local.json', '']

/**
 * Makes `project` unless it exists. It is built aside and renamed, so that two sessions that start at once cannot
 * meet in a half-made repository. `home` holds the git identity. Without git it is a plain folder.
 */
export async function startProject(
  project: string,
  options: { readonly home: string; readonly title: string },
): Promise<void> {
  if (
    await stat(project).then(
      () => true,
      () => false,
    )
  )
    return
  await mkdir(dirname(project), { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(join(dirname(project), 'draft-'))
  try {
    await writeFile(join(draft, 'README.md'), `# ${options.title}\n\nWhat you build in the workshop lives here.\n`)
    await writeFile(join(draft, '.gitignore'), ignored.join('\n'))
    await firstCommit(draft, options.home)
    await rename(draft, project)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

async function firstCommit(folder: string, home: string): Promise<void> {
  const options = {
    cwd: folder,
    env: { HOME: home, PATH: process.env['PATH'], LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' },
  }
  try {
    await run('git', ['init', '--quiet'], options)
    await run('git', ['add', '.'], options)
    await run('git', ['commit', '--quiet', '--message', 'Start of the workshop'], options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
