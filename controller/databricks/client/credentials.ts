/**
 * Which host and which credentials, found as every Databricks tool finds them: a named profile, else DATABRICKS_HOST with
 * DATABRICKS_TOKEN, or with DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, else DATABRICKS_CONFIG_PROFILE, else the
 * DEFAULT profile of ~/.databrickscfg. Pure but for the file it is handed.
 */
import { WorkshopError } from '@workshop/contracts/errors'

export type Credentials =
  | { readonly kind: 'pat'; readonly token: string }
  | { readonly kind: 'm2m'; readonly clientId: string; readonly clientSecret: string }

export interface WorkspaceLogin {
  /** Origin without trailing slash. */
  readonly host: string
  readonly credentials: Credentials
}

export interface CredentialSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of the profile file; undefined when there is none. */
  readonly profileFile: string | undefined
  /** `workspaceRef.profile` of the spec: wins over everything. */
  readonly profile?: string
}

/** Throws WO-2001 when nothing complete is found. */
export function findLogin({ env, profileFile, profile }: CredentialSources): WorkspaceLogin {
  const wantedProfile = profile ?? (env['DATABRICKS_HOST'] ? undefined : env['DATABRICKS_CONFIG_PROFILE'])
  if (!wantedProfile && env['DATABRICKS_HOST']) {
    return loginFrom('the environment', {
      host: env['DATABRICKS_HOST'],
      token: env['DATABRICKS_TOKEN'],
      client_id: env['DATABRICKS_CLIENT_ID'],
      client_secret: env['DATABRICKS_CLIENT_SECRET'],
    })
  }
  const name = wantedProfile ?? 'DEFAULT'
  const section = profileFile === undefined ? undefined : parseProfiles(profileFile).get(name)
  if (!section) {
    const message = wantedProfile
      ? `there is no profile ${name} in the Databricks configuration file`
      : 'neither the environment nor a DEFAULT profile names a workspace'
    throw new WorkshopError({ code: 'WO-2001', message, where: wantedProfile ? `profile ${name}` : 'DATABRICKS_HOST' })
  }
  return loginFrom(`profile ${name}`, section)
}

/** The sections of an INI file in the form of ~/.databrickscfg. */
export function parseProfiles(text: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const profiles = new Map<string, Record<string, string>>()
  let current: Record<string, string> = {}
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[(.+)\]$/.exec(line)?.[1]
    if (header !== undefined) {
      current = {}
      profiles.set(header.trim(), current)
    } else if (line.includes('=')) {
      const at = line.indexOf('=')
      current[line.slice(0, at).trim()] = line.slice(at + 1).trim()
    }
  }
  return profiles
}

/** A login from what `where` holds under host, token, client_id and client_secret. Throws WO-2001 when it is not complete. */
export function loginFrom(where: string, found: Readonly<Record<string, string | undefined>>): WorkspaceLogin {
  const { host, token, client_id: clientId, client_secret: clientSecret } = found
  if (!host) throw new WorkshopError({ code: 'WO-2001', message: `${where} names no host`, where })
  if (token) return { host: normaliseHost(host), credentials: { kind: 'pat', token } }
  if (clientId && clientSecret) {
    return { host: normaliseHost(host), credentials: { kind: 'm2m', clientId, clientSecret } }
  }
  throw new WorkshopError({
    code: 'WO-2001',
    message: `${where} has a host but neither a token nor a client id with its secret`,
    where,
  })
}

/** `acme.cloud.databricks.com/` → `https://acme.cloud.databricks.com`. */
export function normaliseHost(host: string): string {
  const withScheme = /^https?:\/\//.test(host) ? host : `https://${host}`
  return new URL(withScheme).origin
}
