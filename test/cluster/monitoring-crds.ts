/**
 * ServiceMonitor and PrometheusRule of the Prometheus operator, cut down to the fields that the chart may use: an API
 * server with these refuses a field that is misspelt, as it would with the real ones.
 */
const text = { type: 'string' } as const
const texts = { type: 'object', additionalProperties: text } as const
const object = (properties: object, required: readonly string[] = []) => ({ type: 'object', properties, required })
const list = (items: object) => ({ type: 'array', items })
/** As the operator checks durations. */
const duration = {
  type: 'string',
  pattern: '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
}

const rule = object({ alert: text, expr: text, for: duration, labels: texts, annotations: texts }, ['expr'])
const group = object({ name: { type: 'string', minLength: 1 }, interval: duration, rules: list(rule) }, ['name'])
const endpoint = object({ port: text, path: text, scheme: text, interval: duration, honorLabels: { type: 'boolean' } })

function crd(kind: string, plural: string, spec: object) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: object({ spec }, ['spec']) } }],
    },
  }
}

/** For `kubectl apply -f -`. */
export const monitoringCrds = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    crd(
      'ServiceMonitor',
      'servicemonitors',
      object({ selector: object({ matchLabels: texts }), endpoints: list(endpoint) }, ['selector', 'endpoints']),
    ),
    crd('PrometheusRule', 'prometheusrules', object({ groups: list(group) })),
  ],
})
