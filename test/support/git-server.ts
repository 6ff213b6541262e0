/** A real git host on loopback: `git http-backend` behind a small HTTP server, over a repository that a test writes to. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Path to content; null takes the file away, `{link}` makes a symbolic link. */
export type Files = Readonly<Record<string, string | null | { readonly link: string }>>

export interface GitServer {
  readonly url: string
  /** Working tree that commits are made in. */
  readonly work: string
  readonly git: (...args: readonly string[]) => string
  /** Commits and pushes; answers the commit. */
  readonly push: (files: Files, message?: string) => Promise<string>
  /** Requests that arrived. */
  readonly requests: () => number
  /** While set, every request is answered by it. */
  answer: 'well' | 'unavailable' | 'silent' | 'unauthorized'
  readonly close: () => Promise<void>
}

const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main']

export async function startGitServer(): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-git-'))
  const bare = join(folder, 'room.git')
  const work = join(folder, 'work')
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  const run = (cwd: string, args: readonly string[]) =>
    execFileSync('git', [...identity, ...args], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  run(folder, ['init', '-q', '--bare', bare])
  run(folder, ['init', '-q', work])
  const git = (...args: readonly string[]) => run(work, args)
  git('remote', 'add', 'origin', bare)

  let requests = 0
  const state: { answer: GitServer['answer'] } = { answer: 'well' }
  const server = createServer((request, response) => {
    requests += 1
    if (state.answer === 'silent') return
    if (state.answer === 'unavailable') {
      response.writeHead(503).end()
      return
    }
    if (state.answer === 'unauthorized') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...env,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
    })
    request.pipe(backend.stdin)
    backend.stdin.on('error', () => undefined)
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.once('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      const lines = all.subarray(0, end).toString('latin1').split('\r\n')
      const headers = lines.map(
        (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const,
      )
      const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200)
      response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
      response.end(all.subarray(end + 4))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/room.git`,
    work,
    git,
    requests: () => requests,
    push: async (files: Files, message = 'change') => {
      for (const [name, content] of Object.entries(files)) {
        const path = join(work, name)
        await rm(path, { recursive: true, force: true })
        await mkdir(dirname(path), { recursive: true })
        if (typeof content === 'string') await writeFile(path, content)
        else if (content !== null) await symlink(content.link, path)
      }
      git('add', '-A')
      git('commit', '-q', '--allow-empty', '-m', message)
      git('push', '-q', '--force', 'origin', 'HEAD:main')
      return git('rev-parse', 'HEAD')
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  })
}
