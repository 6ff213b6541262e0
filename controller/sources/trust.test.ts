import { describe, expect, it } from 'vitest'
import { databricksHosts, mayUseDefault, mayUseHost } from './trust.ts'

describe('sending credentials to a host', () => {
  it.for([
    ['a workspace of the platform', 'https://acme.cloud.databricks.com', databricksHosts, true],
    ['a name that only looks like one', 'https://evil-cloud.databricks.com.example.org', databricksHosts, false],
    ['a name that ends like one without the dot', 'https://xcloud.databricks.com', databricksHosts, false],
    ['the domain itself', 'https://cloud.databricks.com', databricksHosts, false],
    ['plain http', 'http://acme.cloud.databricks.com', databricksHosts, false],
    ['a metadata service', 'http://169.254.169.254', ['169.254.169.254'], false],
    ['a host that is listed', 'https://dbc.example.com', ['dbc.example.com'], true],
    ['everything below a listed domain', 'https://a.b.example.com', ['*.example.com'], true],
    ['another port than the listed one', 'http://127.0.0.1:9', ['127.0.0.1:8'], false],
    ['loopback that is listed', 'http://127.0.0.1:9', ['127.0.0.1'], true],
    ['loopback that is not listed', 'http://127.0.0.1:9', databricksHosts, false],
    [
      'our name in the place of a password',
      'https://acme.cloud.databricks.com@evil.example.org',
      databricksHosts,
      false,
    ],
    ['our name in a fragment', 'https://evil.example.org#.cloud.databricks.com', databricksHosts, false],
    ['our name in a path', 'https://evil.example.org/.cloud.databricks.com', databricksHosts, false],
    ['a name with a dot at its end', 'https://acme.cloud.databricks.com.', databricksHosts, false],
    ['the metadata service as one number', 'https://2852039166', databricksHosts, false],
    ['the metadata service in IPv6', 'https://[::ffff:169.254.169.254]', databricksHosts, false],
    ['the API server of the cluster', 'https://kubernetes.default.svc', databricksHosts, false],
  ] as const)('%s', ([, origin, allowed, may]) => {
    expect(mayUseHost(origin, allowed)).toBe(may)
  })

  it('gives the own credentials to named namespaces only', () => {
    const trust = { allowedHosts: [], defaultNamespaces: ['workshops'] }
    expect(mayUseDefault('workshops', trust)).toBe(true)
    expect(mayUseDefault('default', trust)).toBe(false)
    expect(mayUseDefault('default', { ...trust, defaultNamespaces: 'all' })).toBe(true)
  })
})
