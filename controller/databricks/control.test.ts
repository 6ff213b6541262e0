import { expect, it } from 'vitest'
import { isAppUrl } from './control.ts'

const acme = 'https://acme.cloud.databricks.com'
const emulator = 'http://127.0.0.1:8090'

it.for([
  ['an app of the platform', 'https://vibe-hub-123.aws.databricksapps.com', acme, true],
  ['the metadata service', 'http://169.254.169.254/latest', acme, false],
  ['the metadata service with https', 'https://169.254.169.254', acme, false],
  ['its address as one number', 'https://2852039166', acme, false],
  ['its address in IPv6', 'https://[fd00:ec2::254]', acme, false],
  ['a service of the cluster', 'https://kubernetes', acme, false],
  ['plain http', 'http://vibe-hub-123.aws.databricksapps.com', acme, false],
  ['our own machine', 'http://127.0.0.1:6443', acme, false],
  ['a name that stands for our own machine', 'https://x.localhost', acme, false],
  ['something with a password', 'https://a:b@apps.example.com', acme, false],
  ['no address', 'hub', acme, false],
  ['an emulated app', 'http://vibe-hub.apps.localhost:8090', emulator, true],
  ['another machine, from the emulator', 'https://apps.example.com', emulator, false],
] as const)('a control call, with its token, goes to %s: %s', ([, url, host, may]) => {
  expect(isAppUrl(url, host)).toBe(may)
})
