/** Rights as text, from what a chart grants and from what an audit log saw, so that the two can be compared. Pure. */
import { type Manifest, manifestsOf } from './helm.ts'

/** `patch vibeworkshop.dev/workshops/status`; the core group is `core`. */
export type Granted = string

/** What the roles grant that a release binds to its controller; the roles for people are bound by others. */
export function grantedBy(manifest: string): readonly Granted[] {
  const manifests = manifestsOf(manifest)
  const bound = new Set(manifests.flatMap(({ roleRef }) => roleRef?.name ?? []))
  const roles = manifests.filter(({ kind, metadata }) => /Role$/.test(kind) && bound.has(metadata.name))
  const rules: readonly Manifest[] = roles.flatMap((role) => role.rules)
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group: string) =>
      resources.flatMap((resource: string) => verbs.map((verb: string) => `${verb} ${group || 'core'}/${resource}`)),
    ),
  )
  return [...new Set(rights)].sort()
}

/** What was asked for and allowed, from an audit log of JSON lines. */
export function usedIn(log: string): readonly Granted[] {
  const events: readonly Manifest[] = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const allowed = events.filter(
    ({ objectRef, annotations }) => objectRef && annotations?.['authorization.k8s.io/decision'] === 'allow',
  )
  const rights = allowed.map(({ verb, objectRef: { apiGroup, resource, subresource } }) =>
    [`${verb} ${apiGroup ?? 'core'}/${resource}`, subresource].filter(Boolean).join('/'),
  )
  return [...new Set(rights)].sort()
}
