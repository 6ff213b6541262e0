/** The emulated identity provider on each app's host: /__emulator/sign-in and /__emulator/sign-out. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProxyDirectory } from '../app-host.ts'
import { safeNext } from './app-address.ts'
import type { IdentitySessions } from './identity-session.ts'
import { pageHeaders, problemPage, signInPage } from './proxy-pages.ts'

/** A form with an address and a path; anything longer is not ours. */
const maxFormBytes = 16_384

export class SignIn {
  readonly #sessions: IdentitySessions
  readonly #directory: ProxyDirectory
  readonly #maySignIn: (request: IncomingMessage) => boolean

  constructor(sessions: IdentitySessions, directory: ProxyDirectory, maySignIn: (request: IncomingMessage) => boolean) {
    this.#sessions = sessions
    this.#directory = directory
    this.#maySignIn = maySignIn
  }

  /** Sends a browser without the app's cookie on its way: straight back when it has signed in at another app. */
  redirect(app: string, request: IncomingMessage, response: ServerResponse): void {
    const next = safeNext(request.url)
    const cookie = this.#sessions.join(app, request.headers.cookie)
    if (cookie !== undefined) move(response, 302, next, [cookie])
    else move(response, 302, `/__emulator/sign-in?next=${encodeURIComponent(next)}`, [])
  }

  handle(app: string, path: string, request: IncomingMessage, response: ServerResponse): void {
    const query = new URL(request.url ?? '/', 'http://app').searchParams
    if (path === '/__emulator/sign-out') {
      move(response, 303, '/__emulator/sign-in', this.#sessions.signOut(app, request.headers.cookie))
    } else if (path !== '/__emulator/sign-in') {
      response.writeHead(404, pageHeaders).end(problemPage('Not Found', 'The emulator has no such page.'))
    } else if (request.method === 'POST') void this.#post(app, request, response)
    else this.#form(app, response, 200, safeNext(query.get('next')))
  }

  async #post(app: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Another site must not sign somebody in as a person of its choice.
    const { origin, host } = request.headers
    if (origin !== undefined && origin !== `http://${host}`) {
      response.writeHead(403, pageHeaders).end(problemPage('Permission Denied', 'The form was sent by another site.'))
      return
    }
    if (!this.#maySignIn(request)) {
      const text = 'People sign in with a browser. A process inside an app or a session cannot sign in as anybody.'
      response.writeHead(403, pageHeaders).end(problemPage('Permission Denied', text))
      return
    }
    const form = new URLSearchParams(await readForm(request))
    const next = safeNext(form.get('next'))
    const email = (form.get('other')?.trim() || form.get('user')?.trim() || '').toLowerCase()
    if (!/^[^\s@<>]{1,64}@[^\s@<>]{1,189}$/.test(email)) {
      return this.#form(app, response, 400, next, 'Choose a person or give an e-mail address.')
    }
    return move(response, 303, next, this.#sessions.signIn(app, email))
  }

  #form(app: string, response: ServerResponse, status: number, next: string, error?: string): void {
    const people = this.#directory.people(app)
    const html = signInPage({ app, next, people, ...(error === undefined ? {} : { error }) })
    response.writeHead(status, pageHeaders).end(html)
  }
}

function move(response: ServerResponse, status: 302 | 303, location: string, cookies: readonly string[]): void {
  response.writeHead(status, { location, 'cache-control': 'no-store', 'set-cookie': cookies as string[] }).end()
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of request.setEncoding('utf8')) {
      text += chunk
      if (text.length > maxFormBytes) return ''
    }
  } catch {
    return ''
  }
  return text
}
