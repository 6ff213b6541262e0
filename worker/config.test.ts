import { describe, expect, it } from 'vitest'
import { takeConfig, workspaceOrigin } from './config.ts'

const complete = () => ({
  DATABRICKS_APP_NAME: 'first-worker-1',
  DATABRICKS_APP_PORT: '8000',
  DATABRICKS_HOST: 'adb-1.2.azuredatabricks.net',
  DATABRICKS_CLIENT_ID: 'id',
  DATABRICKS_CLIENT_SECRET: 'client-secret',
  WORKSHOP_FLEET_FILE: '/Shared/fleet.json',
  CLAUDE_API_TOKEN: 'model-token',
  HOME: '/home/app',
})

describe('reading the environment', () => {
  it('takes the secrets out, so that nothing can inherit them', () => {
    const env: Record<string, string | undefined> = { ...complete(), DATABRICKS_TOKEN: 'stray' }
    const config = takeConfig(env)
    expect(config).toMatchObject({ clientSecret: 'client-secret', modelToken: 'model-token', port: 8000 })
    expect(Object.values(env).join()).not.toMatch(/client-secret|model-token|stray/)
  })

  it('listens on loopback only when the workspace is on loopback', () => {
    expect(takeConfig(complete()).listenHost).toBe('0.0.0.0')
    expect(takeConfig({ ...complete(), DATABRICKS_HOST: 'http://127.0.0.1:8099' }).listenHost).toBe('127.0.0.1')
  })

  it('names everything that is missing at once', () => {
    const { DATABRICKS_APP_PORT: _, WORKSHOP_FLEET_FILE: __, ...rest } = complete()
    expect(() => takeConfig(rest)).toThrow(/DATABRICKS_APP_PORT, WORKSHOP_FLEET_FILE/)
  })

  it.for([
    ['adb-1.2.azuredatabricks.net', 'https://adb-1.2.azuredatabricks.net'],
    ['https://adb-1.2.azuredatabricks.net/', 'https://adb-1.2.azuredatabricks.net'],
    ['http://127.0.0.1:8099/', 'http://127.0.0.1:8099'],
    ['ws.localhost:8099', 'http://ws.localhost:8099'],
  ] as const)('%s is %s', ([host, origin]) => {
    expect(workspaceOrigin(host)).toBe(origin)
  })
})
