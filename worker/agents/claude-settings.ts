/** Configuration with which Claude Code starts without asking anything. Checked with 2.1.329. */
import type { SessionContext } from './agent.ts'

/**
 * `~/.claude.json`, which Claude rewrites: written once per home. The folder of a git repository must be named
 * exactly: trust in a folder above it does not count, and what a participant clones is rightly asked about.
 */
export function claudeState(trusted: readonly string[]): object {
  return {
    hasCompletedOnboarding: true,
    hasSeenAutoDefaultNotice: true,
    projects: Object.fromEntries(trusted.map((folder) => [folder, { hasTrustDialogAccepted: true }])),
  }
}

/**
 * `~/.claude/settings.json`. Without disableAutoMode any defaultMode asks a question at the first start; the default
 * renderer uses the alternate screen and the mouse, which a browser terminal cannot replay; high effort would
 * multiply output tokens.
 */
export const claudeSettings = {
  permissions: { defaultMode: 'acceptEdits', disableAutoMode: 'disable' },
  tui: 'default',
  theme: 'dark',
  effortLevel: 'medium',
  spinnerTipsEnabled: false,
}

/**
 * What Claude needs beside the common variables. All three tiers name the workshop's model, or background calls
 * would ask for one that the workspace lacks. Serving endpoints refuse the experimental fields, hence the switch.
 */
export function claudeEnvironment({ gateway, models }: SessionContext): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: `${gateway.url}/anthropic`,
    ANTHROPIC_AUTH_TOKEN: gateway.key,
    ANTHROPIC_MODEL: models.claude,
    ANTHROPIC_DEFAULT_OPUS_MODEL: models.claude,
    ANTHROPIC_DEFAULT_SONNET_MODEL: models.claude,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: models.claude,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  }
}
