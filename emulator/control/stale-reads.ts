/** Stale reads of apps: GETs that show the world as it was a while ago, as eventually consistent platforms do. */
import type { AppRecord } from '../apps/app-record.ts'
import { appView } from '../apps/app-view.ts'
import type { Fields } from '../http/call.ts'
import type { Workspace } from '../workspace/workspace.ts'

interface Version {
  readonly at: number
  /** Undefined: the app was gone. */
  readonly view: Fields | undefined
}

/** Versions kept per app; with more changes than this inside the lag the oldest kept one is shown. */
const keptVersions = 50

export class StaleReads {
  /** How far reads lag behind, in milliseconds of the workspace's clock; 0 reads what is. */
  lagMs = 0
  readonly #workspace: Workspace
  readonly #urlOf: (app: string) => string
  readonly #history = new Map<string, Version[]>()

  constructor(workspace: Workspace, urlOf: (app: string) => string) {
    this.#workspace = workspace
    this.#urlOf = urlOf
  }

  /** Remembers how an app looks now. */
  record(app: AppRecord): void {
    const exists = this.#workspace.apps.get(app.name) === app
    const versions = this.#history.get(app.name) ?? []
    versions.push({ at: this.#workspace.clock.now(), view: exists ? this.#view(app) : undefined })
    this.#history.set(app.name, versions.slice(-keptVersions))
  }

  /** One app as reads see it. */
  one(name: string): Fields | undefined {
    if (this.lagMs > 0) return this.#then(name)
    const app = this.#workspace.apps.get(name)
    return app && this.#view(app)
  }

  /** Every app as reads see it, by name. */
  all(): readonly { readonly name: string; readonly view: Fields }[] {
    const names = this.lagMs > 0 ? this.#history.keys() : this.#workspace.apps.keys()
    return [...names].sort().flatMap((name) => {
      const view = this.one(name)
      return view ? [{ name, view }] : []
    })
  }

  #then(name: string): Fields | undefined {
    const moment = this.#workspace.clock.now() - this.lagMs
    const versions = this.#history.get(name) ?? []
    const seen = versions.findLast(({ at }) => at <= moment)
    return (seen ?? (versions.length === keptVersions ? versions[0] : undefined))?.view
  }

  #view(app: AppRecord): Fields {
    return appView(app, this.#urlOf(app.name))
  }
}
