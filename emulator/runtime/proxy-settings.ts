/** Behaviour of the platform's proxy that can be changed while it runs, to rehearse bad networks. */

export interface ProxySettings {
  /** Until the first byte of an answer; then 504. The platform gives 120 s. */
  readonly requestLimitMs: number
  /** A started answer is cut after this long. Measured on the platform in April 2026: 301.5 s, heartbeats or not. */
  readonly streamLimitMs: number
  /** WebSockets without data for this long are cut; 0 never cuts. */
  readonly webSocketIdleMs: number
  /** Answer 400 to upgrades, as networks that know no WebSocket do. */
  readonly refuseWebSockets: boolean
  /** Hold event streams back until they end. */
  readonly bufferSse: boolean
}

export const defaultProxySettings: ProxySettings = {
  requestLimitMs: 120_000,
  streamLimitMs: 301_500,
  webSocketIdleMs: 0,
  refuseWebSockets: false,
  bufferSse: false,
}

/** Takes what is known and of the right type from `patch`; names the rest. */
export function patchProxySettings(
  settings: ProxySettings,
  patch: Readonly<Record<string, unknown>>,
): { readonly settings: ProxySettings; readonly refused: readonly string[] } {
  const fits = ([name, value]: [string, unknown]) => {
    const current = (defaultProxySettings as unknown as Record<string, unknown>)[name]
    if (typeof current !== typeof value || !Object.hasOwn(defaultProxySettings, name)) return false
    return typeof value !== 'number' || (Number.isFinite(value) && value >= 0)
  }
  const entries = Object.entries(patch)
  return {
    settings: { ...settings, ...Object.fromEntries(entries.filter(fits)) },
    refused: entries.flatMap((entry) => (fits(entry) ? [] : [entry[0]])),
  }
}
