/** Headers of every answer: what a page of ours may do, and that nobody may frame or guess it. */

/**
 * @param publicOrigin own origin, for the WebSocket of browsers whose 'self' does not cover it. xterm.js writes style
 *   elements, so inline styles are needed; inline scripts are not.
 */
export function securityHeaders(publicOrigin: string | undefined): Readonly<Record<string, string>> {
  const socket = publicOrigin ? ` ${publicOrigin.replace(/^http/, 'ws')}` : ''
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      `connect-src 'self'${socket}`,
      "img-src 'self' data:",
      "font-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}
