/**
 * What a spec from somewhere may make the controller read. A folder on this machine is as trusted as its owner; a
 * repository is written by more people, so its specs reach files inside their own snapshot and nothing else, and
 * variables and profiles that the operator has named.
 */
import { readFile } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { Workshop } from '@workshop/contracts/workshop'
import { decrypt, type Environment, isEncrypted } from './sops.ts'

export interface SpecTrust {
  /** Nothing outside this folder is read; without it, anything that the controller may read. */
  readonly root?: string
  /** Names that `credentials.token.env` may have. */
  readonly allowedEnv: readonly string[]
  /** Names that `workspaceRef.profile` may have. */
  readonly allowedProfiles: readonly string[]
}

/** The text of a file that a spec in `folder` names, decrypted where SOPS encrypted it. Throws WO-1175 for a way out, else what the file system throws. */
export async function readNamedFile(
  { folder, root }: { readonly folder: string; readonly root?: string | undefined },
  file: string,
  env: Environment,
): Promise<string> {
  const path = resolve(folder, file)
  if (root === undefined) return readFile(path, 'utf8')
  const way = relative(root, path)
  if (way === '..' || way.startsWith(`..${sep}`) || resolve(root, way) !== path || file.startsWith('/')) {
    throw new WorkshopError({ code: 'WO-1175', message: 'the path leads out of the repository', where: file })
  }
  const text = await readFile(path, 'utf8')
  return isEncrypted(text) ? decrypt(path, env) : text
}

/** What the spec asks for and may not have. */
export function trustProblems({ spec }: Workshop, trust: SpecTrust | undefined): readonly Problem[] {
  if (!trust) return []
  const { env } = spec.credentials.token
  const profile = spec.workspaceRef?.profile
  const refused = (what: string, where: string, flag: string): Problem => ({
    code: 'WO-1175',
    message: `${what} is not open to specs from git`,
    where,
    fix: `start the controller with ${flag}`,
  })
  return [
    ...(env !== undefined && !trust.allowedEnv.includes(env)
      ? [refused(`the variable ${env}`, 'spec.credentials.token.env', `--git-allow-env ${env}`)]
      : []),
    ...(profile !== undefined && !trust.allowedProfiles.includes(profile)
      ? [refused(`the profile ${profile}`, 'spec.workspaceRef.profile', `--git-allow-profile ${profile}`)]
      : []),
  ]
}
