/** Git folders and the git credentials of principals. */

/** One git folder; its files lie in the workspace tree at `path`. */
export interface Repo {
  readonly id: bigint
  readonly path: string
  readonly url: string
  readonly provider: string
  readonly branch: string
  readonly headCommit: string
}

/** A git credential. The token is never shown. */
export interface GitCredential {
  readonly id: bigint
  readonly ownerId: string
  readonly provider: string
  readonly username: string
  readonly email?: string
  readonly name?: string
  readonly isDefault: boolean
  readonly token: string
}

export class Repos {
  readonly #repos = new Map<string, Repo>()
  readonly #credentials = new Map<string, GitCredential>()
  #nextId = 81_129_638_414_606_001n

  nextId(): bigint {
    this.#nextId += 2n
    return this.#nextId
  }

  list(): readonly Repo[] {
    return [...this.#repos.values()]
  }

  find(id: string): Repo | undefined {
    return this.#repos.get(id)
  }

  keep(repo: Repo): void {
    this.#repos.set(String(repo.id), repo)
  }

  remove(id: string): void {
    this.#repos.delete(id)
  }

  credentials(ownerId: string): readonly GitCredential[] {
    return [...this.#credentials.values()].filter((credential) => credential.ownerId === ownerId)
  }

  credential(id: string): GitCredential | undefined {
    return this.#credentials.get(id)
  }

  keepCredential(credential: GitCredential): void {
    this.#credentials.set(String(credential.id), credential)
  }

  removeCredential(id: string): void {
    this.#credentials.delete(id)
  }
}
