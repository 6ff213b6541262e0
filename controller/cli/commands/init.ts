/** `workshop init`: writes a spec from a few flags, and a token into a file of its own. */
import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { parseWorkshop } from '@workshop/contracts/validate'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { initialSpec } from '../initial-spec.ts'
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

/** Writes nothing that it would refuse to read, and nothing over a file that is there unless forced. */
export async function init(context: CommandContext, flags: InitFlags): Promise<ExitCode> {
  const path = flags.file ?? `${flags.prefix}.workshop.yaml`
  const tokenPath = flags.token === undefined ? undefined : join(dirname(path), `${basename(path, '.yaml')}.token`)
  if (!flags.users && !flags.user?.length)
    throw usage('say who takes part', 'add --users roster.csv or --user ada@example.com')
  if (flags.branch && !flags.url) {
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
    ...(flags.users === undefined ? {} : { rosterFile: fromSpec(path, flags.users) }),
    people: flags.user ?? [],
    ...(tokenPath === undefined ? {} : { tokenFile: basename(tokenPath) }),
    ...(flags.url === undefined ? {} : { git: { url: flags.url, branch: flags.branch ?? 'main' } }),
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
      '',
      `next: workshop plan -f ${path}`,
      '',
    ].join('\n'),
  )
  return 0
}

/** A path as the spec has to name it: relative to the spec file, unless it is absolute. */
function fromSpec(specPath: string, file: string): string {
  return isAbsolute(file) ? file : relative(dirname(resolve(specPath)), resolve(file))
}

function usage(message: string, fix: string): WorkshopError {
  const problem: Problem = { code: 'WO-9001', message, fix }
  return new WorkshopError(problem)
}
