/** `workshop init`: writes a spec from a few flags, and a token into a file of its own. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { parseWorkshop } from '@workshop/contracts/validate'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { httpsAddress } from '../git-address.ts'
import { initialSpec } from '../initial-spec.ts'
import { packagePath } from '../package-path.ts'
import { printResult } from '../print-result.ts'

export interface InitFlags {
  readonly prefix: string
  readonly workers: number
  readonly perUser?: number
  /** Roster file. */
  readonly users?: string
  /** Addresses, when there is no roster file. */
  readonly user?: readonly string[]
  readonly token?: string
  readonly branch?: string
  readonly url?: string
  /** Where the spec is written; `<prefix>.workshop.yaml` unless given. */
  readonly file?: string
  readonly force?: boolean
}

/** Taken when it is there and nothing else is said. */
const usualRoster = 'roster.csv'

/** The platform's own group of all people of a workspace: who could open the apps of a plain script. */
const everybody = 'users'

/** Writes nothing that it would refuse to read, and nothing over a file that is there unless forced. */
export async function init(context: CommandContext, flags: InitFlags): Promise<ExitCode> {
  const path = flags.file ?? `${flags.prefix}.workshop.yaml`
  const tokenPath = flags.token === undefined ? undefined : join(dirname(path), `${basename(path, '.yaml')}.token`)
  const roster = flags.users ?? (existsSync(usualRoster) ? usualRoster : undefined)
  const isEverybody = roster === undefined && !flags.user?.length
  const url = flags.url ?? (flags.branch === undefined ? undefined : await originOf('.'))
  if (flags.branch !== undefined && url === undefined) {
    throw usage('a branch needs the repository it belongs to', 'add --url https://…, or leave --branch out')
  }
  const taken = [path, tokenPath].filter((each) => each !== undefined && existsSync(each))
  if (taken.length > 0 && !flags.force) {
    throw usage(
      `${taken.join(' and ')} ${taken.length > 1 ? 'exist' : 'exists'} already`,
      'choose another --file, or add --force',
    )
  }

  const text = initialSpec({
    name: flags.prefix,
    workers: flags.workers,
    ...(flags.perUser === undefined ? {} : { perUser: flags.perUser }),
    ...(roster === undefined ? {} : { rosterFile: fromSpec(path, roster) }),
    people: flags.user ?? [],
    groups: isEverybody ? [everybody] : [],
    skills: await packagedSkills(),
    ...(tokenPath === undefined ? {} : { tokenFile: basename(tokenPath) }),
    ...(url === undefined ? {} : { git: { url, branch: flags.branch ?? 'main' } }),
  })
  const { problems } = parseWorkshop(text, path)
  if (problems.length > 0) throw new WorkshopError(problems)

  await writeFile(path, text)
  if (tokenPath !== undefined) {
    await writeFile(tokenPath, `${flags.token}\n`, { mode: 0o600 })
    // The mode above counts only for a new file; an overwritten one may have been readable by others.
    await chmod(tokenPath, 0o600)
  }
  printResult(context, { file: path, ...(tokenPath ? { tokenFile: tokenPath } : {}) }, () =>
    [
      `wrote ${path}`,
      ...(tokenPath ? [`wrote ${tokenPath}   readable by you alone; keep it out of git`] : []),
      ...(isEverybody
        ? [`participants are everybody in the workspace (group ${everybody}); --users FILE names them`]
        : []),
      '',
      `next: workshop plan -f ${path}`,
      '',
    ].join('\n'),
  )
  return 0
}

/** A path as the spec has to name it: relative to the spec file. */
function fromSpec(specPath: string, file: string): string {
  return relative(dirname(resolve(specPath)), resolve(file))
}

/** Every skill that comes with this version: what to teach is easier to shorten than to look up. */
async function packagedSkills(): Promise<readonly string[]> {
  const entries = await readdir(packagePath('skills'), { withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort()
}

/** The address of a working copy's origin: https, or file for a folder (which the emulator takes). As it was written: `insteadOf` is for this machine only. */
async function originOf(folder: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('git', ['-C', folder, 'config', '--get', 'remote.origin.url']).catch(
    () => ({ stdout: '' }),
  )
  const origin = stdout.trim()
  return httpsAddress(origin) ?? (existsSync(origin) ? pathToFileURL(resolve(origin)).href : undefined)
}

function usage(message: string, fix: string): WorkshopError {
  const problem: Problem = { code: 'WO-9001', message, fix }
  return new WorkshopError(problem)
}
