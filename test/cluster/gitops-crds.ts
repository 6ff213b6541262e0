/**
 * The kinds of Argo CD and Flux that our examples use, cut down to their fields as documented: an API server with these
 * refuses a field that is misspelt, as it would with the real ones. Both tools themselves are not here.
 */
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const duration = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' } as const
const object = (properties: object, required: readonly string[] = []) => ({ type: 'object', properties, required })
const list = (items: object) => ({ type: 'array', items })

function crd(group: string, version: string, kind: string, plural: string, spec: object) {
  const openAPIV3Schema = object({ spec }, ['spec'])
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  }
}

const application = object(
  {
    project: text,
    source: object({ repoURL: text, targetRevision: text, path: text }, ['repoURL']),
    destination: object({ server: text, namespace: text }),
    syncPolicy: object({ automated: object({ prune: flag, selfHeal: flag }), syncOptions: list(text) }),
    ignoreDifferences: list(object({ group: text, kind: text, jsonPointers: list(text) }, ['kind'])),
  },
  ['project', 'destination'],
)
const gitRepository = object(
  { interval: duration, url: { ...text, pattern: '^(http|https|ssh)://.*$' }, ref: object({ branch: text }) },
  ['interval', 'url'],
)
const kustomization = object(
  {
    interval: duration,
    timeout: duration,
    wait: flag,
    prune: flag,
    path: text,
    sourceRef: object({ kind: { enum: ['GitRepository', 'OCIRepository', 'Bucket'], ...text }, name: text }, [
      'kind',
      'name',
    ]),
  },
  ['interval', 'prune', 'sourceRef'],
)

/** For `kubectl apply -f -`. */
export const gitopsCrds = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    crd('argoproj.io', 'v1alpha1', 'Application', 'applications', application),
    crd('source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'gitrepositories', gitRepository),
    crd('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations', kustomization),
  ],
})
