/** The proxy's own pages: sign-in, errors. Plain HTML that works without script, in light and dark. */

const style = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1b2128; --muted: #57606b; --line: #d5dae1; --accent: #1d5fd0; --on-accent: #fff; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --page: #0e1116; --card: #161b22; --text: #e6eaf0; --muted: #9aa5b1; --line: #2c343f; --accent: #7db2ff; --on-accent: #0e1116; --bad: #ff7b72 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
main { width: 100%; max-width: 440px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 28px }
h1 { margin: 0 0 4px; font-size: 21px; line-height: 28px }
p { margin: 0 0 18px; color: var(--muted) }
fieldset { border: 0; margin: 0 0 18px; padding: 0 } legend { padding: 0; margin-bottom: 8px; font-weight: 600 }
.people { max-height: 46vh; overflow: auto; border: 1px solid var(--line); border-radius: 6px }
label.person { display: flex; gap: 12px; align-items: center; padding: 10px 12px; cursor: pointer }
label.person + label.person { border-top: 1px solid var(--line) }
label.person:hover, label.person:has(:checked) { background: var(--page) }
.person span { min-width: 0 } .person small { display: block; color: var(--muted); overflow-wrap: anywhere }
input[type=radio] { accent-color: var(--accent); width: 17px; height: 17px; flex: none }
input[type=email] { width: 100%; padding: 9px 11px; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; margin: 6px 0 0 }
button { width: 100%; padding: 10px; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 6px; cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.error { color: var(--bad) } footer { margin-top: 18px; font-size: 13px; color: var(--muted) } a { color: var(--accent) }
code { font: 13px ui-monospace, monospace }`

/** Text made safe for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** @param body trusted HTML */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main>${body}</main></body></html>
`
}

/** Headers of the proxy's own pages: nothing may be loaded, framed or sent elsewhere. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

export interface SignInPage {
  readonly app: string
  readonly next: string
  readonly people: readonly { readonly email: string; readonly displayName: string }[]
  readonly error?: string
}

/** The form of the emulated identity provider. */
export function signInPage({ app, next, people, error }: SignInPage): string {
  const rows = people.map(
    ({ email, displayName }, index) =>
      `<label class="person"><input type="radio" name="user" value="${escapeHtml(email)}"${index === 0 ? ' checked' : ''}>` +
      `<span>${escapeHtml(displayName)}<small>${escapeHtml(email)}</small></span></label>`,
  )
  const list =
    rows.length === 0
      ? ''
      : `<fieldset><legend>Choose who you are</legend><div class="people">${rows.join('\n')}</div></fieldset>`
  return page(
    `Sign in to ${app}`,
    `<h1>Sign in</h1><p>to continue to <strong>${escapeHtml(app)}</strong></p>
${error === undefined ? '' : `<p class="error" role="alert">${escapeHtml(error)}</p>`}
<form method="post" action="/__emulator/sign-in"><input type="hidden" name="next" value="${escapeHtml(next)}">
${list}<fieldset><label for="other">${rows.length === 0 ? 'Your address' : 'Or use another address'}</label>
<input type="email" id="other" name="other" autocomplete="off" placeholder="name@example.com"></fieldset>
<button type="submit">Continue</button></form>
<footer>This is the emulator’s sign-in. There are no passwords: it stands where your organisation’s sign-in would be.</footer>`,
  )
}

/** An error page with one next step. */
export function problemPage(
  title: string,
  text: string,
  link?: { readonly href: string; readonly text: string },
): string {
  const next = link === undefined ? '' : `<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>`
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${next}`)
}
