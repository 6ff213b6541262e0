/** The environment of a session, built from nothing: no variable of the worker gets in by being forgotten. */
import type { SessionContext } from './agent.ts'

/**
 * Variables that every agent and shell gets. `path`: folders of tools, see tools.ts. DATABRICKS_HOST is the gateway
 * and the token is the session's key, so that a Databricks SDK inside the session acts as this participant; the
 * app's own client id and secret stay out, or the SDK would refuse two kinds of credentials at once.
 */
export function sessionEnvironment(context: SessionContext, path: string): Record<string, string> {
  const { home, project, gateway, person } = context
  return {
    HOME: home,
    PROJECT: project,
    PATH: `${home}/.local/bin:${path}`,
    SHELL: '/bin/bash',
    USER: 'participant',
    LOGNAME: 'participant',
    WORKSHOP_PARTICIPANT: person.email,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    DATABRICKS_HOST: gateway.url,
    DATABRICKS_TOKEN: gateway.key,
    DATABRICKS_AUTH_TYPE: 'pat',
  }
}
